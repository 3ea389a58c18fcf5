"""The settings of a production site, in a process of its own: they are read from the environment once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PRODUCTION = {
    "SECRET_KEY": "Fq3v0Zr8kTjW1xYb6nLm4cHd9sGp2uEaQi7oVtRyXfBzPk5uWm8e",
    "DATABASE_URL": "sqlite:////nowhere/shop.sqlite3",
    "ALLOWED_HOSTS": "shop.example.com",
    "SITE_URL": "https://shop.example.com",
    "TRUST_FORWARDED_PROTO": "1",
    "SECURE_SSL_REDIRECT": "1",
}

READ = """
import json, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "shopplanr.settings"
django.setup()
from django.conf import settings
names = [name for name in dir(settings) if name.startswith(("SECURE_", "SESSION_", "CSRF_"))]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=own | environment, capture_output=True, text=True, timeout=60
    )


def read(**environment: str) -> dict[str, object]:
    done = run("-c", READ, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_django_finds_nothing_to_complain_of():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stdout + done.stderr


def test_over_tls_cookies_and_hosts_stay_there():
    found = read(**PRODUCTION)

    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"] and found["SESSION_COOKIE_HTTPONLY"]
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    # what a browser asks of cookies with such a name
    assert (found["SESSION_COOKIE_PATH"], found["SESSION_COOKIE_DOMAIN"]) == ("/", None)
    assert (found["CSRF_COOKIE_PATH"], found["CSRF_COOKIE_DOMAIN"]) == ("/", None)
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] == 86400
    assert not found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] and not found["SECURE_HSTS_PRELOAD"]


def test_a_shop_without_tls_can_sign_in_and_is_pinned_to_nothing():
    found = read(**(PRODUCTION | {"SECURE_COOKIES": "0", "SITE_URL": "", "SECURE_SSL_REDIRECT": "0"}))

    assert not found["SESSION_COOKIE_SECURE"] and not found["CSRF_COOKIE_SECURE"]
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("sessionid", "csrftoken")
    assert found["SECURE_HSTS_SECONDS"] == 0


@pytest.mark.parametrize(
    ("dangerous", "sentence"),
    [
        ({"SECRET_KEY": "change-me-please-change-me-please-change-me-please"}, "SECRET_KEY is weak"),
        ({"DEBUG": "1"}, "DEBUG is on while ALLOWED_HOSTS lets others in (shop.example.com)"),
        ({"KIOSK_NETWORKS": "0.0.0.0/0", "KIOSK_ROLE": "Operators"}, "KIOSK_NETWORKS contains 0.0.0.0/0"),
    ],
)
def test_the_server_refuses_to_start(dangerous, sentence):
    done = run("-c", "import shopplanr.wsgi", **(PRODUCTION | dangerous))

    assert done.returncode != 0
    assert sentence in done.stderr.splitlines()[-1]
