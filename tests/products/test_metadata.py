"""How an update of metadata merges: the rule of the documents, and a plain model of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.assignment_metadata import KEY_MAX_LENGTH, KEYS_MAX, VALUE_MAX_LENGTH, merged
from shopplanr.refusals import Invalid

KEYS = st.text(min_size=1, max_size=KEY_MAX_LENGTH)
VALUES = st.text(min_size=1, max_size=20)
STORED = st.dictionaries(KEYS, VALUES, max_size=KEYS_MAX)
FEW = st.sampled_from("abcdef")
UPDATES = st.dictionaries(FEW, st.one_of(VALUES, st.none(), st.just("")), min_size=1)


def refusal_of(stored, given_) -> Invalid:
    with pytest.raises(Invalid) as refused:
        merged(stored, given_)
    assert list(refused.value.errors) == ["metadata"]
    return refused.value


@given(st.dictionaries(FEW, VALUES), UPDATES)
def test_each_key_goes_its_own_way(stored, update):
    before = dict(stored)

    kept = merged(stored, update)

    for key in {*stored, *update}:
        if key not in update:
            assert kept[key] == before[key]
        elif update[key]:
            assert kept[key] == update[key]
        else:
            assert key not in kept
    assert set(kept) <= {*stored, *update}
    assert stored == before, "what is stored changes only when it is written"


@given(STORED, st.sampled_from([None, {}]))
def test_nothing_and_an_empty_object_clear_it(stored, nothing):
    assert merged(stored, nothing) == {}


@given(STORED.filter(bool))
def test_an_update_twice_is_an_update_once(update):
    once = merged({"kept": "yes"}, update)

    assert merged(once, update) == once


@given(st.dictionaries(FEW, VALUES), UPDATES, UPDATES)
def test_updates_of_different_keys_come_to_the_same_in_either_order(stored, one, other):
    other = {f"{key}2": value for key, value in other.items()}

    assert merged(merged(stored, one), other) == merged(merged(stored, other), one)


@given(STORED, st.dictionaries(st.text(max_size=60), st.one_of(st.text(max_size=520), st.none()), max_size=60))
def test_whatever_is_kept_is_within_the_limits(stored, update):
    try:
        kept = merged(stored, update)
    except Invalid:
        return
    assert len(kept) <= KEYS_MAX
    assert all(0 < len(key) <= KEY_MAX_LENGTH and 0 < len(value) <= VALUE_MAX_LENGTH for key, value in kept.items())


def test_what_stays_keeps_its_place():
    assert list(merged({"z": "1", "a": "2", "m": "3"}, {"b": "4", "a": "5", "z": None})) == ["a", "m", "b"]


class TestLimits:
    """50 keys after the merge, 40 characters of a key, 500 of a value."""

    FULL = {f"key {number}": "x" for number in range(KEYS_MAX)}

    def test_the_fifty_first_key(self):
        refusal = refusal_of(self.FULL, {"one more": "x"})

        assert refusal.code == "too_many"
        assert refusal.message == "metadata must have at most 50 keys; it would have 51"

    def test_a_new_key_in_the_place_of_an_old_one(self):
        assert len(merged(self.FULL, {"one more": "x", "key 0": ""})) == KEYS_MAX

    def test_an_old_key_with_a_new_value(self):
        assert merged(self.FULL, {"key 49": "y"})["key 49"] == "y"

    def test_fifty_at_once(self):
        assert merged({}, self.FULL) == self.FULL

    def test_more_than_fifty_in_a_request_that_only_deletes(self):
        assert merged(self.FULL, {f"key {number}": None for number in range(80)}) == {}

    @pytest.mark.parametrize("letter", ["k", "ü", "🔩"])
    def test_a_key_is_as_long_as_its_characters(self, letter):
        assert merged({}, {letter * 40: "x"}) == {letter * 40: "x"}
        refusal = refusal_of({}, {letter * 41: "x"})
        assert (refusal.code, letter * 40 in refusal.message) == ("too_long", True)

    @pytest.mark.parametrize("letter", ["v", "ü", "🔩"])
    def test_so_is_a_value(self, letter):
        assert merged({}, {"lot": letter * 500}) == {"lot": letter * 500}
        refusal = refusal_of({}, {"lot": letter * 501})
        assert refusal.message == "metadata: the value of lot must be at most 500 characters"

    def test_a_key_that_could_not_be_set_can_be_deleted(self):
        assert merged({"lot": "7"}, {"k" * 41: None, "": ""}) == {"lot": "7"}

    def test_a_key_has_a_name(self):
        assert refusal_of({}, {"": "x"}).code == "empty"


@pytest.mark.parametrize("value", [0, 1, 7.5, True, False, [], ["x"], {}, {"x": "y"}])
def test_a_value_is_text_and_the_refusal_names_its_key(value):
    refusal = refusal_of({}, {"lot": "7", "heat": value})

    assert (refusal.code, refusal.message) == ("not_text", "metadata: the value of heat must be text")


@pytest.mark.parametrize("value", ["", "x", 0, 5, True, False, [], [{"a": "b"}]])
def test_the_whole_is_an_object(value):
    assert refusal_of({}, value).code == "not_an_object"
