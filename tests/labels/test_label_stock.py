"""Label stock: every label lies on its page, and none on another."""

import itertools

import pytest

from shopplanr.floor.label_stock import A4, DEFAULT_STOCK, LETTER, STOCKS, Stock

stocks = pytest.mark.parametrize("stock", STOCKS.values(), ids=list(STOCKS))

ROUNDING = 0.01
SIDES_DIFFER_AT_MOST = 0.5
"""Makers centre the labels; 0.5 mm is less than any printer can place a sheet."""


def boxes(stock: Stock) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of every label."""
    return [(place.x, place.y, place.x + stock.width, place.y + stock.height) for place in stock.places()]


@stocks
def test_every_label_lies_on_its_page(stock):
    for left, top, right, bottom in boxes(stock):
        assert left >= 0
        assert top >= 0
        assert right <= stock.page[0] + ROUNDING
        assert bottom <= stock.page[1] + ROUNDING


@stocks
def test_no_two_overlap(stock):
    for one, other in itertools.combinations(boxes(stock), 2):
        apart_across = one[2] <= other[0] + ROUNDING or other[2] <= one[0] + ROUNDING
        apart_down = one[3] <= other[1] + ROUNDING or other[3] <= one[1] + ROUNDING
        assert apart_across or apart_down


@stocks
def test_the_margins_on_either_side_are_the_same(stock):
    """A column too many, a pitch for a width, inches for millimetres: whatever was copied wrongly is seen here."""
    lefts, tops, rights, bottoms = zip(*boxes(stock), strict=True)

    assert stock.page[0] - max(rights) == pytest.approx(min(lefts), abs=SIDES_DIFFER_AT_MOST)
    assert stock.page[1] - max(bottoms) == pytest.approx(min(tops), abs=SIDES_DIFFER_AT_MOST)


@stocks
def test_places_are_counted_line_by_line_from_1(stock):
    places = list(stock.places())

    assert [place.position for place in places] == list(range(1, stock.per_page + 1))
    assert places == sorted(places, key=lambda place: (place.y, place.x))
    assert stock.is_roll == (len(places) == 1)


@stocks
def test_something_is_left_to_draw_on(stock):
    assert min(stock.width - 2 * stock.inset_x, stock.height - 2 * stock.inset_y) >= 12


def test_what_is_known_by_its_title_is_that_large():
    sheets = {name: (stock.per_page, stock.page) for name, stock in STOCKS.items() if not stock.is_roll}

    assert sheets == {
        "avery-l7160": (21, A4),
        "avery-l4732": (80, A4),
        "avery-5160": (30, LETTER),
        "avery-22805": (24, LETTER),
    }
    assert STOCKS[DEFAULT_STOCK].page == (62, 29)
    assert STOCKS["dymo-99012"].page == (89, 36)
