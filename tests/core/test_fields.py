"""JSON that is kept exactly as it was sent."""

import json

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from certificates.models import Certificate
from shopplanr.fields import VerbatimJSONField
from tests.factories import CertificateFactory

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
