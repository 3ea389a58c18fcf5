"""Which parts something is printed for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import trail
from shopplanr.floor.selections import PARTS_MAX, chosen, numbers_in
from shopplanr.ids import serial_id
from shopplanr.refusals import Invalid, NotFound
from tests.factories import PathFactory, make_serials
from tests.queries import counted_statements


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        (" , ", []),
        ("SN-00007", [7]),
        ("sn-00007, 3 SN-00001,7", [7, 3, 1]),
        ("SN-00010..SN-00012", [10, 11, 12]),
        ("SN-00012 .. SN-00010", [10, 11, 12]),
        ("10–12", [10, 11, 12]),
        ("10…12 , 1", [10, 11, 12, 1]),
        ("1 1..2, 2..3", [1, 2, 3]),
        ("1...3", [1, 2, 3]),
        (f"1..{PARTS_MAX}", list(range(1, PARTS_MAX + 1))),
    ],
)
def test_parts_are_named_one_by_one_and_as_ranges(text, numbers):
    assert numbers_in(text) == numbers


@given(st.lists(st.integers(1, 10**17), max_size=20, unique=True))
def test_ids_are_read_in_their_order(numbers):
    assert numbers_in(", ".join(map(serial_id, numbers))) == numbers


@pytest.mark.parametrize("word", ["foo", "SN-1", "SN-00001..", "..3", "1..x", "1..2..3", "-4", "٣", "9" * 30, "job_x"])
def test_what_names_no_part_is_named(word):
    with pytest.raises(Invalid, match=f"No part is called {word[:10]}") as refused:
        numbers_in(f"SN-00001, {word}")

    assert list(refused.value.errors) == ["serials"]


@pytest.mark.parametrize("text", [f"0..{PARTS_MAX}", f"1..{10**17}", " ".join(map(str, range(PARTS_MAX + 1)))])
def test_too_many_are_refused_with_the_limit(text):
    with pytest.raises(Invalid, match="At most 500 parts are printed at once"):
        numbers_in(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        assert all(number >= 0 for number in numbers_in(text))
    except Invalid as refused:
        assert refused.status == 400


@pytest.mark.django_db
class TestChosen:
    """Against a shop with three batches of one path, and one of another."""

    @pytest.fixture
    def path(self):
        path = PathFactory()
        make_serials(path, 4)  # 1..4
        make_serials(None, 3)  # 5..7, of another path
        make_serials(path, 3)  # 8..10
        make_serials(path, 1)  # 11
        return path

    def test_in_the_order_in_which_they_are_named(self, path):
        assert [serial.pk for serial in chosen(["SN-00009", "1..2, SN-00007"])] == [9, 1, 2, 7]

    @pytest.mark.parametrize(
        ("any_of_it", "numbers"), [("SN-00001", [1, 2, 3, 4]), ("SN-00009", [8, 9, 10]), ("11", [11])]
    )
    def test_a_batch_by_any_part_of_it(self, path, any_of_it, numbers):
        assert [serial.pk for serial in chosen([], batch=any_of_it)] == numbers
        assert [serial.pk for serial in chosen([], batch=any_of_it, path_id=path.pk)] == numbers

    def test_what_is_on_a_path(self, path):
        assert [serial.pk for serial in chosen([], path_id=path.pk)] == [1, 2, 3, 4, 8, 9, 10, 11]

    def test_nothing_where_nothing_is_named(self, path):
        assert chosen([]) == chosen([""]) == []

    @pytest.mark.parametrize(
        ("asked", "kind", "message"),
        [
            ({"texts": ["SN-00011..SN-00013"]}, NotFound, "SerialNumber not found: SN-00012"),
            ({"texts": [], "batch": "SN-00012"}, NotFound, "SerialNumber not found: SN-00012"),
            ({"texts": [], "batch": "0"}, NotFound, "SerialNumber not found: 0"),
            ({"texts": [], "batch": "foo"}, NotFound, "SerialNumber not found: foo"),
            ({"texts": [], "path_id": "path_gone"}, NotFound, "Path not found: path_gone"),
            ({"texts": [], "path_id": "\0"}, NotFound, "Path not found: \0"),
        ],
    )
    def test_what_there_is_not(self, path, asked, kind, message):
        with pytest.raises(kind) as refused:
            chosen(**asked)

        assert refused.value.message == message

    def test_a_part_on_another_path_is_refused(self, path):
        with pytest.raises(Invalid, match="SN-00005 is not on this path"):
            chosen(["SN-00004, SN-00005"], path_id=path.pk)

    def test_more_than_are_printed_at_once_are_refused_wherever_they_come_from(self, path):
        for asked in ({"texts": ["1..4"]}, {"texts": [], "batch": "1"}, {"texts": [], "path_id": path.pk}):
            with pytest.raises(Invalid, match="At most 3 parts"):
                chosen(**asked, most=3)

    def test_it_costs_the_same_however_many_they_are(self, path):
        def cost(**asked) -> int:
            with counted_statements() as statements:
                for serial in chosen(**asked):
                    assert serial.job.name
                    assert serial.path.name
            return len(statements)

        assert cost(texts=["1"]) == cost(texts=["1..11"]) == 1
        assert cost(texts=[], batch="1") == cost(texts=[], batch="11") == 2
        assert cost(texts=[], path_id=path.pk) == 2


@pytest.mark.django_db
def test_the_batch_of_a_part_is_what_was_started_together():
    make_serials(quantity=3)
    make_serials(quantity=1)

    assert [trail.batch_of(number) for number in range(6)] == [
        None,
        range(1, 4),
        range(1, 4),
        range(1, 4),
        range(4, 5),
        None,
    ]
