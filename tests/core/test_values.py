"""What callers send, made into values that services can trust."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr import values
from shopplanr.refusals import Invalid

NO_TEXT = [None, 0, 1.5, True, [], {}, ["x"]]
BLANK = ["", " ", "\t\n ", "\u2003"]
NO_NUMBER = [None, "5", "", True, False, [], {}, [5]]

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)

READERS = {
    "given_text": values.given_text,
    "required_text": values.required_text,
    "changed_name": values.changed_name,
    "whole_number": values.whole_number,
    "positive_quantity": lambda value, field: values.positive_quantity(value, field, 100),
    "goal_quantity": values.goal_quantity,
    "flag": values.flag,
    "web_address": values.web_address,
    "choice": lambda value, field: values.choice(value, field, ["a", "b"]),
    "words": values.words,
    "calendar_date": values.calendar_date,
}


def refusal(read, *arguments) -> Invalid:
    """Return what is refused."""
    with pytest.raises(Invalid) as refused:
        read(*arguments)
    return refused.value


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@given(value=ANYTHING)
def test_whatever_is_sent_is_read_or_refused_under_its_field(read, value):
    try:
        read(value, "field")
    except Invalid as refused:
        assert refused.errors == {"field": [refused.message]}
        assert refused.message.startswith("field ")


# --- Texts


def test_blanks_around_a_text_are_cut_off():
    assert values.given_text("  broke the  drill\n", "reason") == "broke the  drill"


@pytest.mark.parametrize("value", [None, *BLANK])
def test_no_text_is_empty(value):
    assert values.given_text(value, "reason") == ""


@pytest.mark.parametrize("value", [value for value in NO_TEXT if value is not None])
def test_what_is_no_text_is_refused(value):
    assert refusal(values.given_text, value, "reason").message == "reason must be text"


def test_a_text_may_be_as_long_as_its_column():
    assert values.given_text("x" * 10, "name", 10) == "x" * 10
    refused = refusal(values.given_text, "x" * 11, "name", 10)
    assert (refused.code, refused.message) == ("too_long", "name must be at most 10 characters")


def test_a_character_that_postgresql_cannot_store_is_refused():
    assert refusal(values.given_text, "a\0b", "reason").code == "unusable_character"
    assert refusal(values.required_text, "a\0b", "reason").code == "unusable_character"


@pytest.mark.parametrize("value", NO_TEXT + BLANK)
def test_a_required_text_that_is_missing_blank_or_of_another_type_is_required(value):
    refused = refusal(values.required_text, value, "name")
    assert (refused.code, refused.message) == ("required", "name is required")


@pytest.mark.parametrize("value", NO_TEXT + BLANK)
def test_a_name_cannot_be_changed_to_nothing(value):
    refused = refusal(values.changed_name, value)
    assert (refused.code, refused.message) == ("empty", "name cannot be empty")


# --- Numbers


@pytest.mark.parametrize(("value", "expected"), [(5, 5), (5.0, 5), (-3, -3), (0, 0), (10**30, 10**30)])
def test_a_whole_number_may_be_written_with_a_point(value, expected):
    number = values.whole_number(value, "quantity")
    assert (number, type(number)) == (expected, int)


@pytest.mark.parametrize("value", NO_NUMBER)
def test_a_number_of_another_type_is_required(value):
    assert refusal(values.whole_number, value, "quantity").message == "quantity is required"


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan"), float("inf"), float("-inf")])
def test_a_fraction_is_not_a_whole_number(value):
    refused = refusal(values.whole_number, value, "quantity")
    assert (refused.code, refused.message) == ("not_whole", "quantity must be a whole number")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "quantity must be greater than 0"),
        (-1, "quantity must be greater than 0"),
        (101, "quantity must be at most 100"),
        (10**30, "quantity must be at most 100"),
        (None, "quantity is required"),
    ],
)
def test_a_quantity_is_at_least_one_and_has_a_limit(value, sentence):
    assert refusal(values.positive_quantity, value, "quantity", 100).message == sentence
    assert values.positive_quantity(100, "quantity", 100) == 100


@pytest.mark.parametrize("value", [value for value in NO_NUMBER if value is not None])
def test_a_goal_of_another_type_must_be_a_number(value):
    assert refusal(values.goal_quantity, value).message == "goalQuantity must be a number"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "goalQuantity is required"),
        (0, "goalQuantity must be greater than 0"),
        (2.5, "goalQuantity must be a whole number"),
        (values.QUANTITY_MAX + 1, f"goalQuantity must be at most {values.QUANTITY_MAX}"),
    ],
)
def test_a_goal_is_required_whole_and_positive(value, sentence):
    assert refusal(values.goal_quantity, value).message == sentence


# --- Choices, lists, days


@pytest.mark.parametrize("value", [None, 0, 1, "true", "", []])
def test_only_booleans_are_flags(value):
    assert refusal(values.flag, value, "optional").message == "optional must be true or false"
    assert values.flag(False, "optional") is False


@pytest.mark.parametrize("value", [None, 1, "", "A", "c", ["a"], {}])
def test_an_unknown_choice_is_refused_with_those_that_are_known(value):
    refused = refusal(values.choice, value, "type", iter(["a", "b"]))
    assert (refused.code, refused.message) == ("unknown_choice", "type must be one of: a, b")


def test_words_are_a_list_of_texts_or_nothing():
    assert values.words(None, "jiraLabels") is None
    assert values.words([], "jiraLabels") == []
    assert values.words([" rush ", "5-axis"], "jiraLabels") == ["rush", "5-axis"]
    assert refusal(values.words, "rush", "jiraLabels").message == "jiraLabels must be a list of texts"
    assert refusal(values.words, ["rush", 1], "jiraLabels").message == "jiraLabels must be a list of texts"
    assert refusal(values.words, ["x"] * 101, "jiraLabels").code == "too_many"


def test_a_day_is_given_as_text_or_as_a_date():
    assert values.calendar_date("2024-02-29", "dueDate") == date(2024, 2, 29)
    assert values.calendar_date(date(2024, 2, 29), "dueDate") == date(2024, 2, 29)
    assert values.calendar_date(None, "dueDate") is None
    assert values.calendar_date("", "dueDate") is None


@pytest.mark.parametrize("value", ["2023-02-29", "20240229", "2024-W09-4", "29.02.2024", "tomorrow", 0, True, []])
def test_another_spelling_of_a_day_is_refused(value):
    assert refusal(values.calendar_date, value, "dueDate").message == "dueDate must be a date, YYYY-MM-DD"


class TestWebAddresses:
    """``web_address``: what pages may make a link of."""

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://organic.ams.usda.gov/integrity/?id=1#top", "https://organic.ams.usda.gov/integrity/?id=1#top"),
            ("http://certs.local:8080/a%20b", "http://certs.local:8080/a%20b"),
            (" HTTPS://Example.com ", "https://Example.com"),
            ("https://認証.example/証明書", "https://認証.example/証明書"),
            ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
            ("https://example.com/~a/(b);c,d'e", "https://example.com/~a/(b);c,d'e"),
            ("", ""),
            ("   ", ""),
            (None, ""),
        ],
    )
    def test_what_is_kept(self, given, kept):
        assert values.web_address(given, "url") == kept

    @pytest.mark.parametrize(
        "given",
        [
            "javascript:alert(1)",
            "JavaScript://example.com/%0aalert(1)",
            "java\nscript:alert(1)",
            "\tjavascript:alert(1)",
            "\u0001javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.com/x",
            "//example.com/x",
            "/x",
            "example.com",
            "www.example.com/https://example.com",
            "https:",
            "https:example.com",
            "https://",
            "https:///x",
            "http://:80/x",
            "https://example.com/\nhttps://other.example",
            "https://example.com/a b",
            'https://example.com/"onmouseover="x',
            "https://example.com/<script>",
            "https://example.com\\@evil.example",
            "https://bank.example@evil.example/",
            "https://user:secret@example.com/",
            "https://example.com:port/",
            "https://example.com:99999/",
            "http://[::1/x",
            "https://example.com/\u202egpj.exe",
            "https://example.com/\u200b",
            "https://example.com/\u00a0x",
        ],
    )
    def test_what_could_be_script_or_somebody_elses_site(self, given):
        with pytest.raises(Invalid, match=r"^url must be a web address that begins with http:// or https://$"):
            values.web_address(given, "url")

    @pytest.mark.parametrize("given", [5, True, [], {}, ["https://example.com"]])
    def test_what_is_no_text(self, given):
        with pytest.raises(Invalid, match=r"^url must be text$"):
            values.web_address(given, "url")

    def test_an_address_has_a_length(self):
        address = "https://example.com/" + "x" * 1980
        assert values.web_address(address, "url") == address
        with pytest.raises(Invalid, match="at most 2000 characters"):
            values.web_address(address + "x", "url")


class TestOnlyKnown:
    """``only_known``: for bodies that take nothing else."""

    def test_the_first_unknown_field_is_named(self):
        values.only_known(["name"], ("name",))
        values.only_known([], ())
        with pytest.raises(Invalid, match=r"^Unknown field: colour$") as refused:
            values.only_known(["name", "colour", "size"], ("name",))
        assert (refused.value.code, list(refused.value.errors)) == ("unknown_field", ["colour"])
