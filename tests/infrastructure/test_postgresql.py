"""How a PostgreSQL database is opened: nobody waits for ever for one that is gone, or for a row."""

import pytest
from django.db import connection

from shopplanr import postgresql


def test_what_is_given_in_the_address_goes_before():
    options = postgresql.options(5, 20.0, given={"connect_timeout": 9, "sslmode": "require"})
    assert (options["connect_timeout"], options["sslmode"]) == (9, "require")
    assert options["options"] == "-c lock_timeout=20000"


def test_other_settings_of_the_session_are_kept_beside_ours():
    options = postgresql.options(5, 0.5, given={"options": "-c search_path=shop"})
    assert options["options"] == "-c lock_timeout=500 -c search_path=shop"


def test_behind_a_pool_no_settings_of_the_session_are_asked_for():
    assert "options" not in postgresql.options(5, None, given={})


def test_silence_is_noticed_within_a_minute():
    options = postgresql.options(5, 20.0, given={})
    noticed = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    assert noticed <= 60
    assert options["tcp_user_timeout"] <= 60_000


@pytest.mark.django_db
def test_the_engine_understands_all_of_it():
    if connection.vendor != "postgresql":
        pytest.skip("about PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("15s",)
