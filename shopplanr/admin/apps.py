"""Django's admin, with our site in the place of its own."""

from django.contrib.admin.apps import AdminConfig


class ShopAdminConfig(AdminConfig):
    """Makes ``django.contrib.admin.site`` the one of ``shopplanr.admin.site``."""

    default_site = "shopplanr.admin.site.ShopAdminSite"
