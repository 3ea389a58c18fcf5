"""Accounts and callers for tests of every subject."""

from ipaddress import ip_network

import factory
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.test import Client
from rest_framework.test import APIClient

from shopplanr.accounts import pin_sessions, pins
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.accounts.services import issue_token
from shopplanr.accounts.sessions import SessionStore

PASSWORD = "correct horse battery staple"

PIN = "2580"

DEVICE = "192.0.2.7"
"""The address of a tablet."""


class UserFactory(factory.django.DjangoModelFactory):
    """An active operator. ``role=None``: without any role; ``password=PASSWORD``: can sign in with one."""

    class Meta:
        model = User

    name = factory.Sequence("Person {}".format)
    username = factory.Sequence("person-{}".format)
    department = "Milling"
    role = Role.OPERATORS
    password = None

    @classmethod
    def _create(cls, model_class, *args, role, password, **fields):
        user = model_class(*args, **fields)
        user.set_password(password)
        user.save(force_insert=True)
        if role is not None:
            user.groups.add(Group.objects.get(name=role))
        return user


class AdministratorFactory(UserFactory):
    """Somebody with all rights, who can sign in to the admin."""

    role = None
    password = PASSWORD
    is_staff = True
    is_superuser = True


def token_for(user: User, name: str = "test") -> str:
    """Return the secret of a new token of the user."""
    return issue_token(user, name, by="test")[1]


def json_client(**headers: str) -> APIClient:
    """Return a client that sends JSON, and these headers with each request."""
    client = APIClient(headers=headers or None)
    client.default_format = "json"
    return client


def token_client(user: User) -> APIClient:
    """Return a client that calls with a new token of the user."""
    return json_client(Authorization=f"Token {token_for(user)}")


def open_kiosk(settings, role: Role = Role.INTEGRATIONS, network: str = "127.0.0.0/8") -> APIClient:
    """Open the kiosk for the length of a test (``settings`` is the fixture) and return a client that stands at it."""
    settings.KIOSK_NETWORKS = [ip_network(network)]
    settings.KIOSK_ROLE = role.value
    return json_client()


def give_pin(user: User, pin: str = PIN) -> User:
    """Let the user choose a PIN, with a one-time code as everybody does; return the user as signed in with it."""
    return pins.set_pin(user.pk, pins.issue_code(user, by="test"), pin, pin, DEVICE)


def pin_client(user: User, pin: str = PIN) -> Client:
    """Return the browser of a tablet on which the user, who gets this PIN, is signed in with it."""
    request, client = HttpRequest(), Client(REMOTE_ADDR=DEVICE)
    request.session = SessionStore()
    pin_sessions.begin(request, give_pin(user, pin))
    request.session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = request.session.session_key
    return client
