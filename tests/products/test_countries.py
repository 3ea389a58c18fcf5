"""Country codes: the list of ISO 3166-1 as the time zone database publishes it, and what is no code."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.countries import CODES, country_codes
from shopplanr.refusals import Invalid


def published() -> set[str]:
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    return {line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")}


def test_the_codes_are_those_of_iso_3166():
    assert published() == CODES


@given(st.lists(st.sampled_from(sorted(CODES)), max_size=20), st.data())
def test_codes_are_kept_in_upper_case_in_their_order_each_once(codes, data):
    written = [data.draw(st.sampled_from([code, code.lower(), code.title()])) for code in codes]

    assert country_codes(written, "countries") == list(dict.fromkeys(codes))


@given(st.text(max_size=4))
def test_any_other_text_is_refused(text):
    try:
        assert country_codes([text], "countries") == [text.upper()]
        assert text.isascii()
    except Invalid as refusal:
        assert refusal.code == "unknown_country"
        assert text.upper() not in CODES or not text.isascii()


@pytest.mark.parametrize(
    "code",
    [
        "UK",  # reserved: it is GB
        "EU",  # reserved, and no country
        "XK",
        "USA",
        "840",
        "",
        "U",
        " US",
        "ß",  # its upper case is SS, South Sudan
        "ﬁ",  # FI, Finland
        "ıl",  # IL, Israel
        "ＵＳ",
        None,
        5,
        ["US"],
        {"code": "US"},
    ],
)
def test_what_is_no_code(code):
    with pytest.raises(Invalid, match="is no ISO 3166-1 alpha-2 code") as refused:
        country_codes(["CA", code], "certificate_countries")

    assert list(refused.value.errors) == ["certificate_countries"]


def test_a_wrong_code_is_not_repeated_for_ever():
    with pytest.raises(Invalid) as refused:
        country_codes(["x" * 100_000], "certificate_countries")

    assert len(refused.value.message) < 100


@pytest.mark.parametrize("value", ["US", {"US": True}, 5, True, "US,CA"])
def test_the_whole_is_a_list(value):
    with pytest.raises(Invalid, match=r"^certificate_countries must be a list of country codes$"):
        country_codes(value, "certificate_countries")


@pytest.mark.parametrize("value", [None, []])
def test_there_may_be_none(value):
    assert country_codes(value, "certificate_countries") == []
