"""What a PIN may be, what a one-time code looks like, and how long wrong tries have to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.accounts import pin_rules
from shopplanr.accounts.pin_rules import (
    CODE_ALPHABET,
    FREE_TRIES,
    PAUSES_SECONDS,
    code_digest,
    device_of,
    in_words,
    is_obvious,
    new_code,
    new_pin,
    pause_seconds,
    shown_code,
    tries_left,
    typed_code,
    typed_pin,
)
from shopplanr.refusals import Invalid

NONSENSE = [None, "", "  ", 2580, True, ["2580"], {"a": 1}, b"2580"]
pins = st.from_regex(r"[0-9]{4,8}", fullmatch=True)


@pytest.mark.parametrize("pin", ["2580", "1357", "90210", "12344321", " 2580 ", "0042"])
def test_a_pin_that_is_not_obvious_can_be_chosen(pin):
    assert new_pin(pin, pin) == pin.strip()


@pytest.mark.parametrize("pin", ["0000", "77777777", "1234", "4321", "56789", "876543", "7890", "0987", "9012"])
def test_the_first_that_anybody_would_try_cannot(pin):
    with pytest.raises(Invalid, match=r"^This PIN is too easy to guess\. Choose digits that are not") as refusal:
        new_pin(pin, pin)

    assert list(refusal.value.errors) == ["pin"]


@pytest.mark.parametrize(
    "pin", [*NONSENSE, "123", "123456789", "25 80", "258a", "２５８０", "2580\0", "-258", "9" * 10_000]
)
def test_what_is_no_pin_cannot_be_chosen(pin):
    with pytest.raises(Invalid, match=r"^Choose a PIN of 4 to 8 digits\.$"):
        new_pin(pin, pin)


@pytest.mark.parametrize("repeated", [*NONSENSE, "2581", "25800"])
def test_a_new_pin_is_typed_twice(repeated):
    with pytest.raises(Invalid, match=r"^The two PINs are not the same\.") as refusal:
        new_pin("2580", repeated)

    assert list(refusal.value.errors) == ["repeat"]


@given(pins)
def test_obvious_are_exactly_the_runs_and_the_repetitions(pin):
    ring = "01234567890123456"
    runs = [ring, ring[::-1], *(digit * 8 for digit in "0123456789")]

    assert is_obvious(pin) == any(pin in run for run in runs)


@given(pins)
def test_every_pin_can_be_typed_in_obvious_ones_too(pin):
    assert typed_pin(pin) == pin


def test_what_cannot_be_a_pin_is_said_before_it_costs_a_try():
    for nothing in NONSENSE:
        with pytest.raises(Invalid, match=r"^Type your PIN\.$"):
            typed_pin(nothing)
    with pytest.raises(Invalid, match=r"^A PIN has 4 to 8 digits\.$") as refusal:
        typed_pin("12x4", "old")
    assert list(refusal.value.errors) == ["old"]


def test_a_code_has_no_look_alikes_and_is_another_each_time():
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert set("".join(codes)) <= set(CODE_ALPHABET)
    assert len(CODE_ALPHABET) ** 8 > 2**36
    for twins in ("0O", "1IL", "2Z", "5S", "8B", "6G", "UV"):
        assert len(set(twins) & set(CODE_ALPHABET)) <= 1, twins


@given(st.text(CODE_ALPHABET, min_size=8, max_size=8))
def test_a_code_is_known_however_it_is_typed(code):
    for typed in (code, shown_code(code), shown_code(code).lower(), f" {code[:4]} - {code[4:]} "):
        assert typed_code(typed) == code


@pytest.mark.parametrize("code", ["ACDE-FHJ", "ACDE-FHJKM", "ACDE-FHJ0", "ACDEFHJ\0", "ß" * 8, "A" * 10_000])
def test_what_no_code_looks_like_is_said_before_it_costs_a_try(code):
    with pytest.raises(Invalid, match=r"^A one-time code has 8 letters and digits, such as ACDE-FHJK\."):
        typed_code(code)
    for nothing in NONSENSE:
        with pytest.raises(Invalid, match=r"^Type the one-time code that an administrator gave you\.$"):
            typed_code(nothing)


def test_what_is_stored_of_a_code_is_the_persons_and_the_installations(settings):
    stored = code_digest("user_a", "ACDEFHJK")

    assert stored == code_digest("user_a", "ACDEFHJK")
    assert len(stored) == pin_rules.CODE_DIGEST_LENGTH
    assert len({stored, code_digest("user_b", "ACDEFHJK"), code_digest("user_a", "ACDEFHJM")}) == 3
    settings.SECRET_KEY = "of another installation"
    assert stored != code_digest("user_a", "ACDEFHJK")


def test_pauses_grow_from_the_third_wrong_try_to_an_hour():
    assert [pause_seconds(tries) for tries in range(10)] == [0, 0, 0, 15, 60, 300, 900, 3600, 3600, 3600]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_wrong_tries_never_wait_less(fewer, more):
    fewer, more = sorted((fewer, more))

    assert 0 <= pause_seconds(fewer) <= pause_seconds(more) <= max(PAUSES_SECONDS)
    assert (pause_seconds(more) == 0) == (more < FREE_TRIES)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (1, "1 second"),
        (45, "45 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (900, "15 minutes"),
        (3600, "1 hour"),
        (3601, "2 hours"),
    ],
)
def test_a_wait_is_said_as_people_say_it(seconds, words):
    assert in_words(seconds) == words


@given(st.integers(1, 10**6))
def test_a_wait_is_never_said_to_be_shorter_than_it_is(seconds):
    number, unit = in_words(seconds).split()

    assert int(number) * {"second": 1, "minute": 60, "hour": 3600}[unit.removesuffix("s")] >= seconds


def test_how_many_tries_are_left():
    assert [tries_left(tries) for tries in (1, 2)] == ["2 more tries", "1 more try"]


@pytest.mark.parametrize(
    ("remote", "device"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("x" * 500, "unknown"),
    ],
)
def test_a_device_is_known_by_its_address_or_its_network(remote, device):
    assert device_of(remote) == device
