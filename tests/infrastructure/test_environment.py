"""A value of the environment is read as it is meant, or it stops the start with a sentence."""

import os
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from shopplanr.environment import Environment

ROOT = Path(__file__).resolve().parents[2]


def read(**values: str) -> Environment:
    return Environment(values)


@pytest.mark.parametrize("value", ["1", "true", "Yes", " on "])
def test_a_flag_is_on(value):
    assert read(DEBUG=value).flag("DEBUG", default=False) is True


@pytest.mark.parametrize("value", ["0", "false", "No", "off"])
def test_a_flag_is_off(value):
    assert read(DEBUG=value).flag("DEBUG", default=True) is False


@pytest.mark.parametrize("value", ["", "   "])
def test_a_variable_set_to_nothing_counts_as_not_set(value):
    environment = read(NAME=value)
    assert environment.flag("NAME", default=True) is True
    assert environment.whole_number("NAME", default=60) == 60
    assert environment.seconds("NAME", default=0.5) == 0.5
    assert environment.listed("NAME", default=("localhost",)) == ["localhost"]
    assert environment.networks("NAME") == []
    assert environment.choice("NAME", ("FULL", "NORMAL"), default="FULL") == "FULL"


def test_a_list_is_read_without_the_white_space_and_empty_items():
    assert read(ALLOWED_HOSTS=" shop.example , ,plant.example,").listed("ALLOWED_HOSTS") == [
        "shop.example",
        "plant.example",
    ]


def test_networks_are_read_as_networks_and_single_addresses():
    assert read(KIOSK_NETWORKS="192.168.10.0/28, ::1").networks("KIOSK_NETWORKS") == [
        ip_network("192.168.10.0/28"),
        ip_network("::1/128"),
    ]


@pytest.mark.parametrize(
    ("given", "site"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        (" http://10.0.0.5:8000/ ", "http://10.0.0.5:8000"),
        ("", ""),
    ],
)
def test_a_sites_address_is_read_without_its_slash(given, site):
    assert read(SITE_URL=given).site("SITE_URL") == site


@pytest.mark.parametrize(
    "given",
    [
        *("shop.example.com", "ftp://shop.example.com", "https://", "https://shop:x", "https://shop:0", "https://[x"),
        *("https://a@shop.example.com", "https://shop.example.com/planr", "https://shop?x", "https://shop#x"),
    ],
)
def test_what_is_no_sites_address_stops_the_start(given):
    with pytest.raises(ImproperlyConfigured, match="SITE_URL must be an address such as"):
        read(SITE_URL=given).site("SITE_URL")


def test_a_database_url_is_read():
    database = read(DATABASE_URL="postgres://shop:secret@db:5433/parts").database("DATABASE_URL", default="")
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", 5433, "parts")


@pytest.mark.parametrize(
    ("reading", "value", "said"),
    [
        (lambda e: e.flag("X", default=False), "maybe", "X must be 1 or 0, not 'maybe'."),
        (lambda e: e.whole_number("X", default=1), "-1", "X must be a whole number (at least 0), not '-1'."),
        (lambda e: e.whole_number("X", default=1), "1.5", "X must be a whole number"),
        (
            lambda e: e.seconds("X", default=1.0),
            "-1",
            "X must be a number of seconds (0 to 86400), such as 0.5, not '-1'.",
        ),
        (lambda e: e.seconds("X", default=1.0), "1e3", "X must be a number of seconds"),
        (lambda e: e.seconds("X", default=1.0), "nan", "X must be a number of seconds"),
        (lambda e: e.seconds("X", default=1.0), "٣", "X must be a number of seconds"),
        (lambda e: e.seconds("X", default=1.0, minimum=0.1), "0.05", "X must be a number of seconds (0.1 to 86400)"),
        (lambda e: e.whole_number("X", default=1), "٣", "X must be a whole number"),
        (
            lambda e: e.whole_number("X", default=1, minimum=1, maximum=65535),
            "70000",
            "X must be 1 to 65535, not 70000.",
        ),
        (lambda e: e.choice("X", ("FULL", "NORMAL"), "FULL"), "full", "X must be one of FULL, NORMAL, not 'full'."),
        (lambda e: e.networks("X"), "10.0.0.0/33", "X must list addresses or networks"),
        (lambda e: e.networks("X"), "10.0.0.1/24", "has host bits set"),
        (lambda e: e.networks("X"), "10.0.0.0/24;10.0.1.0/24", "X must list addresses or networks"),
        (lambda e: e.origins("X"), "shop.example", "X must list origins with a scheme"),
        (lambda e: e.time_zone("X", "UTC"), "Europe/Bielefeld", "X must name a time zone"),
        (lambda e: e.time_zone("X", "UTC"), "../etc/passwd", "X must name a time zone"),
        (lambda e: e.database("X", ""), "mysql://localhost/shop", "SQLite and PostgreSQL are the two"),
        (lambda e: e.database("X", ""), "postgres://localhost", "names no database"),
        (lambda e: e.database("X", ""), "shop.sqlite3", "cannot be read"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_a_sentence(reading, value, said):
    with pytest.raises(ImproperlyConfigured) as refusal:
        reading(read(X=value))
    assert said in str(refusal.value)


def test_a_database_url_that_cannot_be_read_does_not_show_its_password():
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(DATABASE_URL="postgres://shop:pass@word:secret@db:port/parts").database("DATABASE_URL", default="")
    assert "secret" not in str(refusal.value)
    assert refusal.value.__suppress_context__  # nor does the parser's own error come along in the traceback


def settings_loaded_with(**variables: str) -> subprocess.CompletedProcess:
    """Load the product's own settings in a process of its own and show some of them."""
    code = (
        "from django.conf import settings as s;"
        "print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.TIME_ZONE, s.KIOSK_NETWORKS, repr(s.KIOSK_ROLE));"
        "print(s.DATABASES['default'])"
    )
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=bare | {"DJANGO_SETTINGS_MODULE": "shopplanr.settings"} | variables,
        capture_output=True,
        text=True,
    )


def test_the_settings_are_the_careful_ones_when_only_the_key_is_given():
    loaded = settings_loaded_with(SECRET_KEY="x" * 50)
    assert loaded.stdout.splitlines()[0] == "False True UTC [] ''", loaded.stderr
    assert "'CONN_MAX_AGE': 60" in loaded.stdout
    assert "'CONN_HEALTH_CHECKS': True" in loaded.stdout
    assert "PRAGMA synchronous=FULL" in loaded.stdout
    assert "'transaction_mode': 'IMMEDIATE'" in loaded.stdout


def test_a_missing_key_is_said_in_a_sentence(tmp_path):
    loaded = settings_loaded_with(SECRET_KEY_FILE=str(tmp_path / "none"))
    assert loaded.returncode != 0
    assert "SECRET_KEY is not set" in loaded.stderr


def test_the_key_may_come_from_a_file(tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text("y" * 50 + "\n")
    assert settings_loaded_with(SECRET_KEY_FILE=str(key_file)).returncode == 0


def test_a_relative_sqlite_path_is_the_projects_not_the_callers():
    loaded = settings_loaded_with(SECRET_KEY="x" * 50, DATABASE_URL="sqlite:///shop.sqlite3")
    assert str(ROOT / "shop.sqlite3") in loaded.stdout


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEBUG", "perhaps"),
        ("KIOSK_ROLE", "operators"),
        ("KIOSK_NETWORKS", "everybody"),
        ("SQLITE_SYNCHRONOUS", "OFF"),
        ("CONN_MAX_AGE_SECONDS", "a minute"),
        ("TIME_ZONE", "Mars/Olympus_Mons"),
        ("LOG_LEVEL", "loud"),
        ("SECURE_COOKIES", "2"),
    ],
)
def test_the_settings_refuse_a_wrong_value_by_the_name_of_its_variable(variable, value):
    loaded = settings_loaded_with(SECRET_KEY="x" * 50, **{variable: value})
    assert loaded.returncode != 0
    assert f"ImproperlyConfigured: {variable} must" in loaded.stderr
