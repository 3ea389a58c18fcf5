from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo shop. It has no tables of its own: everything goes through the services into the record."""

    name = "shopplanr.demo"
    label = "demo"
    verbose_name = "Demo shop"
