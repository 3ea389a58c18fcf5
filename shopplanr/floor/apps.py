from django.apps import AppConfig


class FloorConfig(AppConfig):
    """The pages of the shop floor, and the scans that are made there."""

    name = "shopplanr.floor"
    label = "floor"
    verbose_name = "Shop floor"
