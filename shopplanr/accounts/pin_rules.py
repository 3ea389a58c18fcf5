"""What a PIN may be, what a one-time code looks like, and how long wrong tries have to wait.

A PIN is short, and so are the lists of what people choose. What protects it is that few can be tried: a wrong try is
counted before anybody learns that it was wrong, and after three of them each one costs a pause that grows.
"""

import re
import secrets
from ipaddress import IPv6Network, ip_address
from itertools import pairwise

from django.utils.crypto import salted_hmac

from shopplanr.refusals import Invalid

SHORTEST_PIN = 4
LONGEST_PIN = 8

CODE_LENGTH = 8
CODE_ALPHABET = "ACDEFHJKMNPQRTVWXY34679"
"""Of what looks alike on a slip of paper (0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V), one at most."""

CODE_DIGEST_LENGTH = 64
"""Characters of a SHA-256 in hexadecimal."""

CODE_VALID_HOURS = 24

FREE_TRIES = 3
"""Wrong tries up to the first pause."""

PAUSES_SECONDS = (15, 60, 5 * 60, 15 * 60, 60 * 60)
"""What the third wrong try in a row costs, the fourth, and so on; the last of them for every one after it."""

_PIN = re.compile(rf"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}")
_CODE = re.compile(rf"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}")
_BETWEEN = re.compile(r"[\s-]+")

_IPV6_SITE_BITS = 64
_UNKNOWN_DEVICE = "unknown"


def typed_pin(value: object, field: str = "pin") -> str:
    """Return the digits of a PIN that somebody typed.

    Raises Invalid where they cannot be a PIN at all: nobody loses a try for an empty field.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise Invalid.field(field, "Type your PIN.", code="required")
    if not _PIN.fullmatch(text):
        raise Invalid.field(field, f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits.", code="not_a_pin")
    return text


def new_pin(value: object, repeated: object) -> str:
    """Return a PIN that somebody chose and typed twice.

    Raises Invalid where it cannot be a PIN, is among the first that anybody would try, or differs the second time.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not _PIN.fullmatch(text):
        raise Invalid.field("pin", f"Choose a PIN of {SHORTEST_PIN} to {LONGEST_PIN} digits.", code="not_a_pin")
    if is_obvious(text):
        raise Invalid.field(
            "pin",
            "This PIN is too easy to guess. Choose digits that are not all the same and do not count up or down.",
            code="obvious_pin",
        )
    if not isinstance(repeated, str) or repeated.strip() != text:
        raise Invalid.field("repeat", "The two PINs are not the same. Type the new PIN twice.", code="pins_differ")
    return text


def is_obvious(pin: str) -> bool:
    """Tell whether the digits are all the same, or count up or down; 9 and 0 are neighbours, as on a keyboard."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({0}, {1}, {9})


def new_code() -> str:
    """Return a fresh one-time code, some 36 random bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """Return the code as it is written down: ``ACDE-FHJK``."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def typed_code(value: object) -> str:
    """Return a one-time code that somebody typed, in whatever case and with whatever between its halves.

    Raises Invalid where it cannot be one: nobody loses a try for a letter that no code has.
    """
    text = _BETWEEN.sub("", value).upper() if isinstance(value, str) else ""
    if not text:
        raise Invalid.field("code", "Type the one-time code that an administrator gave you.", code="required")
    if not _CODE.fullmatch(text):
        raise Invalid.field(
            "code",
            f"A one-time code has {CODE_LENGTH} letters and digits, such as {shown_code(CODE_ALPHABET[:CODE_LENGTH])}. "
            "Check what you typed.",
            code="not_a_code",
        )
    return text


def code_digest(user_id: str, code: str) -> str:
    """Return what is stored of a person's code.

    A code is too short to be hashed without a key. With the installation's it takes no time, so that codes for a whole
    shift can be made in one transaction.
    """
    return salted_hmac("shopplanr.accounts.one_time_code", f"{user_id} {code}", algorithm="sha256").hexdigest()


def pause_seconds(wrong_tries: int) -> int:
    """Return how long the next try has to wait after so many wrong ones in a row; 0 where it need not."""
    if wrong_tries < FREE_TRIES:
        return 0
    return PAUSES_SECONDS[min(wrong_tries - FREE_TRIES, len(PAUSES_SECONDS) - 1)]


def in_words(seconds: int) -> str:
    """Return a wait as people say it, never shorter than it is: ``45 seconds``, ``2 minutes``, ``1 hour``."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return _counted(-(-seconds // length), unit)
    return _counted(max(seconds, 1), "second")


def tries_left(wrong_tries: int) -> str:
    """Return how many tries there are up to the next pause: ``2 more tries``."""
    left = FREE_TRIES - wrong_tries
    return f"{left} more {'try' if left == 1 else 'tries'}"


def device_of(remote: str) -> str:
    """Return what tries from this address are counted under.

    A device on IPv6 gives itself as many addresses as it likes within its network, so there it is the network.
    """
    try:
        address = ip_address(remote)
    except ValueError:
        return _UNKNOWN_DEVICE  # a server that listens on a socket in the file system
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 4:
        return str(address)
    return str(IPv6Network((int(address), _IPV6_SITE_BITS), strict=False))


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
