"""Public identifiers: how they look, and which texts are a serial's id."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr import ids

NEW_IDS = {
    "job": ids.new_job_id,
    "path": ids.new_path_id,
    "step": ids.new_step_id,
    "tmpl": ids.new_template_id,
    "lproc": ids.new_process_entry_id,
    "lloc": ids.new_location_entry_id,
    "snss": ids.new_step_status_id,
    "snso": ids.new_override_id,
    "cert": ids.new_certificate_id,
    "att": ids.new_attachment_id,
    "aud": ids.new_audit_id,
    "user": ids.new_user_id,
    "tok": ids.new_token_id,
}

LARGEST_NUMBER = 2**63 - 1


@pytest.mark.parametrize(("prefix", "make"), NEW_IDS.items(), ids=NEW_IDS)
def test_an_id_is_its_prefix_and_twelve_or_more_url_safe_characters(prefix, make):
    for _ in range(50):
        assert re.fullmatch(rf"{prefix}_[A-Za-z0-9_-]{{12,}}", make())
        assert len(make()) <= ids.ID_MAX_LENGTH


def test_no_id_is_made_twice():
    made = [ids.new_job_id() for _ in range(2000)]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "SN-00001"), (42, "SN-00042"), (99_999, "SN-99999"), (100_000, "SN-100000"), (1_234_567, "SN-1234567")],
)
def test_a_serials_id_has_five_digits_or_more(number, expected):
    assert ids.serial_id(number) == expected


@given(st.integers(1, 10**18 - 1))
def test_the_number_is_read_back_from_the_id(number):
    assert ids.serial_number(ids.serial_id(number)) == number


@given(st.text() | st.from_regex(r"SN-\d+", fullmatch=True))
def test_a_text_is_an_id_only_in_the_one_spelling_that_is_written(text):
    number = ids.serial_number(text)
    assert number is None or (number > 0 and ids.serial_id(number) == text)


@pytest.mark.parametrize(
    "text",
    [
        "SN-1",
        "SN-0001",
        "SN-000001",
        "SN-00000",
        "SN--00001",
        "sn-00001",
        "SN-00001 ",
        "SN-00001\n",
        "SN-٠٠٠٠١",
        "SN-²0000",
        "SN-00001\0",
        "SN-" + "9" * 19,
        "00001",
        "",
    ],
)
def test_what_only_looks_like_a_serials_id_is_none(text):
    assert ids.serial_number(text) is None


@pytest.mark.parametrize("value", [None, 1, 1.0, True, [], ["SN-00001"], {"id": "SN-00001"}, b"SN-00001"])
def test_what_is_no_text_is_no_serials_id(value):
    assert ids.serial_number(value) is None


def test_every_number_that_is_read_fits_into_the_column():
    assert ids.serial_number("SN-" + "9" * 18) < LARGEST_NUMBER
