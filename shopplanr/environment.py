"""Reads the process environment strictly: a value that makes no sense stops the start with a sentence.

A setting that is silently ignored is worse than one that is missing: somebody believes that it holds. So nothing here
falls back on a default when a value is there but wrong. A variable that is set to nothing counts as not set.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}

_ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


@dataclass(frozen=True, slots=True)
class Environment:
    """Environment variables, read by type. Every method raises ImproperlyConfigured on a value that is wrong."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """Return the value without the white space around it."""
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, default: bool) -> bool:
        """Return a yes or no."""
        value = self.text(name).lower()
        if not value:
            return default
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")

    def whole_number(self, name: str, default: int, minimum: int = 0, maximum: int | None = None) -> int:
        """Return a whole number within its limits."""
        value = self.text(name)
        if not value:
            return default
        limits = f"at least {minimum}" if maximum is None else f"{minimum} to {maximum}"
        # isdecimal alone would let through other alphabets' digits, which int() then reads without a word.
        if not (value.isascii() and value.isdecimal()):
            raise ImproperlyConfigured(f"{name} must be a whole number ({limits}), not {value!r}.")
        number = int(value)
        if number < minimum or (maximum is not None and number > maximum):
            raise ImproperlyConfigured(f"{name} must be {limits}, not {number}.")
        return number

    def seconds(self, name: str, default: float, minimum: float = 0.0, maximum: float = 86400.0) -> float:
        """Return a length of time within its limits, such as ``0.5``."""
        value = self.text(name)
        if not value:
            return default
        limits = f"a number of seconds ({minimum:g} to {maximum:g}), such as 0.5"
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value, re.ASCII) or not minimum <= float(value) <= maximum:
            raise ImproperlyConfigured(f"{name} must be {limits}, not {value!r}.")
        return float(value)

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """Return one of ``options``, which are compared exactly."""
        value = self.text(name)
        if not value:
            return default
        if value not in options:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}.")
        return value

    def listed(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return the items of a comma-separated list."""
        return [item.strip() for item in self.text(name).split(",") if item.strip()] or list(default)

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Return the networks of a comma-separated list of addresses and CIDR ranges."""
        networks = []
        for item in self.listed(name):
            try:
                networks.append(ip_network(item))
            except ValueError as error:
                raise ImproperlyConfigured(
                    f"{name} must list addresses or networks such as 192.168.10.0/24, not {item!r}: {error}."
                ) from error
        return networks

    def origins(self, name: str) -> list[str]:
        """Return the origins of a comma-separated list, each with its scheme as Django compares them."""
        origins = self.listed(name)
        for origin in origins:
            if not origin.startswith(("https://", "http://")):
                raise ImproperlyConfigured(f"{name} must list origins with a scheme (https://…), not {origin!r}.")
        return origins

    def site(self, name: str) -> str:
        """Return a site's address without a slash behind it: scheme, host, and a port if need be."""
        value = self.text(name).rstrip("/")
        try:
            parts = urlsplit(value)
            whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:  # a port that is no number
            whole = False
        if value and (not whole or "@" in parts.netloc or parts.path or parts.query or parts.fragment):
            raise ImproperlyConfigured(f"{name} must be an address such as https://shop.example.com, not {value!r}.")
        return value

    def web_address(self, name: str) -> str:
        """Return an address to send something to, with whatever path it has. It may carry a secret: never show it."""
        value = self.text(name)
        try:
            parts = urlsplit(value)
            whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:  # a port that is no number
            whole = False
        if value and not whole:
            raise ImproperlyConfigured(f"{name} must be an address such as https://keeper.example.com/checkpoints.")
        return value

    def time_zone(self, name: str, default: str) -> str:
        """Return the name of a time zone that this machine knows."""
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ImproperlyConfigured(
                f"{name} must name a time zone such as UTC or Europe/Berlin, not {value!r}."
            ) from error
        return value

    def database(self, name: str, default: str) -> dict:
        """Return Django's description of the database behind a URL."""
        url = self.text(name, default)
        advice = f"{name} must be a URL such as sqlite:////srv/shop.sqlite3 or postgres://user:password@host:5432/shop"
        try:
            database = dict(dj_database_url.parse(url))
        except Exception:
            # Neither the URL nor the parser's words about it are shown: they may carry a password.
            raise ImproperlyConfigured(f"{advice}; the one that is set cannot be read.") from None
        if database.get("ENGINE") not in _ENGINES:
            raise ImproperlyConfigured(f"{advice}: SQLite and PostgreSQL are the two that Shop Planr runs on.")
        if not database.get("NAME"):
            raise ImproperlyConfigured(f"{advice}; the one that is set names no database.")
        return database
