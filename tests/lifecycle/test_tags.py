"""Tags: which words can be one, and how they are read from a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serials.tags import TAG_MAX_LENGTH, TAGS_MOST, given_tags, is_tag
from shopplanr.refusals import Invalid


@pytest.mark.parametrize("nothing", [None, "", [], ["", "  "]])
def test_no_tags_are_none(nothing):
    assert given_tags(nothing) is None


def test_tags_are_trimmed_and_each_is_there_once_in_the_order_given():
    assert given_tags([" titanium", "rush", "titanium ", "", "Rush"]) == ["titanium", "rush", "Rush"]


@pytest.mark.parametrize(
    ("given", "message", "code"),
    [
        ("rush", "tags must be a list of texts", "invalid"),
        (5, "tags must be a list of texts", "invalid"),
        ({"rush": True}, "tags must be a list of texts", "invalid"),
        (["rush", 5], "tags must be a list of texts", "invalid"),
        ([["rush"]], "tags must be a list of texts", "invalid"),
        (["a,b"], "tags cannot hold commas, quotes, backslashes or line breaks", "unusable_character"),
        (['5" bar'], "tags cannot hold commas, quotes, backslashes or line breaks", "unusable_character"),
        (["a\\b"], "tags cannot hold commas, quotes, backslashes or line breaks", "unusable_character"),
        (["a\nb"], "tags cannot hold commas, quotes, backslashes or line breaks", "unusable_character"),
        (["a\0b"], "tags holds a character that cannot be stored", "unusable_character"),
        (["x" * (TAG_MAX_LENGTH + 1)], "tags must be at most 50 characters each", "too_long"),
        ([str(number) for number in range(TAGS_MOST + 1)], "tags must have at most 20 items", "too_many"),
    ],
)
def test_what_is_no_tag_is_refused(given, message, code):
    with pytest.raises(Invalid) as refused:
        given_tags(given)
    assert (refused.value.message, refused.value.code) == (message, code)
    assert refused.value.errors == {"tags": [message]}


@given(st.lists(st.text(max_size=60), max_size=25))
def test_whatever_is_taken_are_tags_that_are_taken_again(words):
    try:
        tags = given_tags(words)
    except Invalid:
        return
    assert tags is None or (all(map(is_tag, tags)) and given_tags(tags) == tags and len(set(tags)) == len(tags))
