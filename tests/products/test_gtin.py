"""GTINs: their widths, their check digit, and what only looks like one."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from certificates.gtin import GTIN_LENGTH, check_digit, normalized
from certificates.models import Product
from certificates.refusals import InvalidGtin

KNOWN = {
    "96385074": "00000096385074",  # GTIN-8
    "73513537": "00000073513537",
    "036000291452": "00036000291452",  # GTIN-12, on an American pack
    "614141000036": "00614141000036",
    "4006381333931": "04006381333931",  # GTIN-13, on a European one
    "9501101530003": "09501101530003",
    "10614141000415": "10614141000415",  # GTIN-14, on a case
    "00012345600012": "00012345600012",
}
"""Numbers as they are printed in public, and in 14 digits."""

WIDTHS = (8, 12, 13, 14)


@st.composite
def gtins(draw) -> str:
    width = draw(st.sampled_from(WIDTHS))
    digits = draw(st.text("0123456789", min_size=width - 1, max_size=width - 1))
    return f"{digits}{check_digit(digits)}"


@pytest.mark.parametrize(("printed", "stored"), KNOWN.items())
def test_known_numbers(printed, stored):
    assert normalized(printed) == stored


@given(gtins())
def test_every_width_of_a_number_is_the_same_number(gtin):
    stored = normalized(gtin)

    assert len(stored) == GTIN_LENGTH
    assert stored.endswith(gtin)
    assert set(stored.removesuffix(gtin)) <= {"0"}
    assert {normalized(gtin.zfill(width)) for width in WIDTHS if width >= len(gtin)} == {stored}


@given(gtins(), st.data())
def test_one_wrong_digit_is_always_noticed(gtin, data):
    place = data.draw(st.integers(0, len(gtin) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != gtin[place]]))

    with pytest.raises(InvalidGtin, match="has a wrong check digit"):
        normalized(gtin[:place] + other + gtin[place + 1 :])


@given(st.one_of(st.text(), st.text("0123456789 -", max_size=16), st.none(), st.integers(), st.lists(st.text())))
def test_anything_else_is_refused_with_words(value):
    try:
        assert normalized(value).endswith(value)
    except InvalidGtin as refusal:
        assert refusal.code == "invalid_gtin"
        assert refusal.status == 400


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "1234567",  # a digit short
        "123456789",
        "12345678901",
        "000012345600012",  # a digit too many
        "4006381 333931",
        "4006381-333931",
        " 4006381333931",
        "4006381333931\n",
        "+4006381333931",
        "４００６３８１３３３９３１",  # full width
        "٤٠٠٦٣٨١٣٣٣٩٣١",  # Arabic-Indic
        "4006381333931".replace("1", "I"),
        "4006381333931\0",
        4006381333931,
        4006381333931.0,
        True,
        None,
        ["4006381333931"],
    ],
)
def test_what_only_looks_like_a_number(value):
    with pytest.raises(InvalidGtin, match=r"^gtin must be 8, 12, 13 or 14 digits$"):
        normalized(value)


def test_a_slip_of_the_pen_is_told_what_belongs_there():
    with pytest.raises(InvalidGtin) as refused:
        normalized("4006381333932", "productGtin")

    words = "productGtin has a wrong check digit: 4006381333932 ends in 2, and 1 belongs there"
    assert refused.value.message == words
    assert refused.value.errors == {"productGtin": [words]}


@pytest.mark.django_db
class TestTheDatabase:
    """It holds the rule as well, whoever writes."""

    def test_it_takes_every_known_number(self):
        Product.objects.bulk_create([Product(gtin=gtin, name="x") for gtin in KNOWN.values()])

    @pytest.mark.parametrize(
        "gtin",
        [
            "04006381333932",
            "4006381333931",
            "",
            "0400638133393x",
            "x4006381333931",
            "０4006381333931",
            "04 06381333931",
        ],
    )
    def test_it_takes_nothing_else(self, gtin):
        with pytest.raises(IntegrityError, match="product_gtin_is_one"), transaction.atomic():
            Product.objects.bulk_create([Product(gtin=gtin, name="x")])
