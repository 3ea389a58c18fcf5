"""JSON that is kept exactly as it was sent."""

import json

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from certificates.models import Certificate
from serials.expressions import has_word
from serials.models import Job
from shopplanr.fields import VerbatimJSONField, WordsField
from tests.factories import CertificateFactory, JobFactory

FIELD = VerbatimJSONField()

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
OBJECTS = st.dictionaries(
    st.text(),
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)),
    max_size=5,
)


def stored(value):
    """Return the value as it comes back from its column."""
    return FIELD.from_db_value(FIELD.get_prep_value(value), None, connection)


@given(OBJECTS)
def test_an_object_comes_back_as_it_was_sent_in_the_order_in_which_it_was_sent(value):
    assert json.dumps(stored(value)) == json.dumps(value)


@pytest.mark.parametrize("value", [None, {}])
def test_nothing_and_an_empty_object_are_told_apart(value):
    assert stored(value) == value


def test_the_text_is_readable_in_the_table():
    assert FIELD.get_prep_value({"heat": "Ö-12", "a": 1}) == '{"heat":"Ö-12","a":1}'


@pytest.mark.parametrize("value", ["", "{", "[]", "1", "null", '"text"', "{'a': 1}", 5, []])
def test_a_form_takes_objects_only(value):
    with pytest.raises(ValidationError, match="Enter a JSON object"):
        FIELD.to_python(value)


@pytest.mark.parametrize(("value", "expected"), [(None, None), ({"a": 1}, {"a": 1}), ('{"a": 1}', {"a": 1})])
def test_a_form_hands_over_an_object_or_its_text(value, expected):
    assert FIELD.to_python(value) == expected


@pytest.mark.django_db
def test_the_column_keeps_the_order_of_keys_and_every_number():
    metadata = {"z": 1, "a": {"y": 2.50, "b": [None, True, 2**62]}, "": "", "é": "☃"}
    certificate = CertificateFactory(metadata=metadata)
    assert json.dumps(Certificate.objects.get(pk=certificate.pk).metadata) == json.dumps(metadata)


@pytest.mark.django_db
def test_a_fixture_carries_it():
    certificate = CertificateFactory(metadata={"heat": "A-1"})
    text = serializers.serialize("json", [certificate])
    restored = next(serializers.deserialize("json", text)).object
    assert restored.metadata == {"heat": "A-1"}


@pytest.mark.parametrize("null", [True, False])
def test_a_migration_makes_the_column_as_the_model_says(null):
    _, _, arguments, options = VerbatimJSONField(null=null, default=dict).deconstruct()

    assert VerbatimJSONField(*arguments, **options).null is null


WORDS = WordsField()


@given(st.lists(st.text(), min_size=1))
def test_words_come_back_as_they_were_in_their_order(words):
    assert WORDS.from_db_value(WORDS.get_prep_value(words), None, connection) == words


@pytest.mark.parametrize("nothing", [None, []])
def test_no_words_are_none(nothing):
    assert WORDS.get_prep_value(nothing) is None
    assert WORDS.from_db_value(None, None, connection) is None
    assert WORDS.to_python(nothing) is None


def test_words_are_readable_in_the_table_and_each_stands_between_quotes():
    assert WORDS.get_prep_value(["first article", "Größe 2"]) == '["first article","Größe 2"]'


@pytest.mark.parametrize("value", ["", "[", "{}", "1", '"text"', "[1]", "[null]", 5, {}])
def test_a_form_takes_words_only(value):
    with pytest.raises(ValidationError, match="Enter a JSON list of words"):
        WORDS.to_python(value)


@pytest.mark.parametrize(("value", "expected"), [(["a"], ["a"]), ('["a", "b"]', ["a", "b"]), ("[]", None)])
def test_a_form_hands_over_words_or_their_text(value, expected):
    assert WORDS.to_python(value) == expected


@pytest.mark.django_db
def test_a_word_is_found_to_the_letter():
    tags = {
        "a": ["Rush", "first article"],
        "b": ["rush", "x_y"],
        "c": ["rush order", "%"],
        "d": None,
        "e": ["ÖL", "x y"],
    }
    for name, words in tags.items():
        JobFactory(name=name, tags=words)

    def with_word(word: str) -> list[str]:
        return sorted(Job.objects.filter(has_word("tags", word)).values_list("name", flat=True))

    for word in ("Rush", "rush", "rush order", "first article", "first", "%", "_", "x_y", "ÖL", "öl", "RUSH"):
        assert with_word(word) == [name for name, words in tags.items() if word in (words or [])], word


@pytest.mark.django_db
def test_a_fixture_carries_words():
    text = serializers.serialize("json", [JobFactory(tags=["rush", "ÖL"])])
    restored = next(serializers.deserialize("json", text)).object
    assert restored.tags == ["rush", "ÖL"]


@pytest.mark.parametrize("null", [True, False])
def test_a_migration_makes_a_column_of_words_as_the_model_says(null):
    _, _, arguments, options = WordsField(null=null, default=list).deconstruct()

    assert WordsField(*arguments, **options).null is null
