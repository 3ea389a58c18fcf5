"""Ids of certifications: a UUID in 22 characters, as the package ``shortuuid`` writes it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.certification_ids import read, written

KNOWN = {
    "00000000-0000-0000-0000-000000000000": "2222222222222222222222",
    "3b1f8b40-222c-4a6e-b77e-779d5a94e21c": "CXc85b4rqinB7s5J52TRYb",  # the package's own documentation
    "ffffffff-ffff-ffff-ffff-ffffffffffff": "oZEq7ovRbLq6UnGMPwc8B5",
}


@pytest.mark.parametrize(("canonical", "short"), KNOWN.items())
def test_known_ids(canonical, short):
    assert written(UUID(canonical)) == short
    assert read(short) == read(canonical) == read(canonical.upper()) == UUID(canonical)


@given(st.uuids())
def test_both_forms_name_the_same_uuid(value):
    short = written(value)

    assert len(short) == 22
    assert not set(short) & set("01IOl")
    assert read(short) == read(str(value)) == value


@given(st.one_of(st.text(), st.text("23456789ABCabc", max_size=23), st.none(), st.integers(), st.lists(st.text())))
def test_whatever_is_read_is_an_id(value):
    found = read(value)

    assert found is None or value in (written(found), str(found))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "CXc85b4rqinB7s5J52TRY",
        "2CXc85b4rqinB7s5J52TRYb",
        "CXc85b4rqinB7s5J52TRY0",  # 0 looks like O, so neither is a character
        "CXc85b4rqinB7s5J52TRYb\n",
        "zzzzzzzzzzzzzzzzzzzzzz",  # more than 128 bits
        "oZEq7ovRbLq6UnGMPwc8B6",  # by one
        "ＣXc85b4rqinB7s5J52TRYb",
        "3b1f8b40222c4a6eb77e779d5a94e21c",
        "{3b1f8b40-222c-4a6e-b77e-779d5a94e21c}",
        "urn:uuid:3b1f8b40-222c-4a6e-b77e-779d5a94e21c",
        "3b1f8b40-222c-4a6e-b77e-779d5a94e21g",
        "\0",
        None,
        7,
    ],
)
def test_what_is_neither_form_is_nobodys(value):
    assert read(value) is None
