"""Signing in without the form: what a test of any other page begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client

from shopplanr.accounts.models import User
from tests.browser.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

OPERATOR, SUPERVISOR, INSPECTOR, AUDITOR, ADMINISTRATOR = "keiko", "carla", "hannah", "ingrid", "admin"
"""Usernames of the demo, one for each role (INSPECTOR is of QC); ``shopplanr.demo.people`` has them all."""


def sign_in(context: BrowserContext, site: Site, username: str) -> None:
    """Sign somebody in on this device: the session is Django's own, made without the form."""
    client = Client()
    with site.inside():
        client.force_login(User.objects.get(username=username))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url, "httpOnly": True, "sameSite": "Lax"}]
    )


def sign_out(context: BrowserContext) -> None:
    """Take the session away, as when it has ended: the device keeps its other cookies."""
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
