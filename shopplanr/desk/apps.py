from django.apps import AppConfig


class DeskConfig(AppConfig):
    """QC's desk. It has no tables of its own."""

    name = "shopplanr.desk"
    label = "desk"
    verbose_name = "Quality desk"
