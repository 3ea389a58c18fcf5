"""A scanner that types, and a person who does.

Which of the two it is a page can only tell from the gaps between the keys. So the events carry times of their own, and
a busy machine changes nothing about them. Nobody waits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

SCANNER_GAP_SECONDS = 0.005
PERSON_GAP_SECONDS = 0.15
PAUSE_SECONDS = 0.5

_SHIFT = 8
_NAMED = {"\r": ("Enter", 13, "\r"), "\t": ("Tab", 9, "")}
_SIGNS = {
    **dict(zip("-=[]\\;',./`", (189, 187, 219, 221, 220, 186, 222, 188, 190, 191, 192), strict=True)),
    **dict(zip('_+{}|:"<>?~', (189, 187, 219, 221, 220, 186, 222, 188, 190, 191, 192), strict=True)),
    **dict(zip(")!@#$%^&*(", b"0123456789", strict=True)),
}
_UNSHIFTED_SIGNS = "-=[]\\;',./` "


@dataclass
class _Keyboard:
    session: CDPSession
    time: float = 0.0
    """When the next key may be pressed: no event is older than the one before it."""
    scans: int = 0


_keyboards: WeakKeyDictionary[Page, _Keyboard] = WeakKeyDictionary()


def scan(page: Page, code: str, *, prefix: str = "", suffix: str = "\r") -> None:
    """Scan a code with the focus where it is: keys 5 ms apart, then Enter.

    ``prefix`` is what scanners put in front, such as ``]d2``, ``]C1`` or ``]Q3``; ``suffix`` may be ``"\\t"``, for a
    scanner that ends with Tab, or ``"\\t\\r"``.
    """
    keyboard = _keyboard_of(page)
    keyboard.scans += 1
    _press(keyboard, f"{prefix}{code}{suffix}", SCANNER_GAP_SECONDS)


def type_slowly(page: Page, text: str) -> None:
    """Type as a person does, 150 ms from key to key: no page may take that for a scan. ``"\\r"`` is Enter."""
    _press(_keyboard_of(page), text, PERSON_GAP_SECONDS)


def scans_of(page: Page) -> int:
    """Return how often this page was scanned on."""
    return _keyboards[page].scans if page in _keyboards else 0


def _keyboard_of(page: Page) -> _Keyboard:
    if page not in _keyboards:
        _keyboards[page] = _Keyboard(page.context.new_cdp_session(page))
    return _keyboards[page]


def _press(keyboard: _Keyboard, text: str, gap: float) -> None:
    moment = max(time.time(), keyboard.time)
    for character in text:
        event = _event(character) | {"timestamp": moment}
        kind = "keyDown" if event["text"] else "rawKeyDown"
        keyboard.session.send("Input.dispatchKeyEvent", event | {"type": kind})
        keyboard.session.send("Input.dispatchKeyEvent", event | {"type": "keyUp", "timestamp": moment + gap / 2})
        moment += gap
    keyboard.time = moment + PAUSE_SECONDS


def _event(character: str) -> dict:
    """Return a key of an American keyboard, which is what scanners pretend to be."""
    if character in _NAMED:
        name, number, text = _NAMED[character]
        return {"key": name, "code": name, "windowsVirtualKeyCode": number, "text": text}
    if character.isascii() and character.isalnum():
        number = ord(character.upper())
        code = f"Digit{character}" if character.isdigit() else f"Key{character.upper()}"
        shifted = character.isupper()
    else:
        number, code = _SIGNS.get(character, 32 if character == " " else 0), ""
        shifted = character not in _UNSHIFTED_SIGNS
    return {
        "key": character,
        "code": code,
        "windowsVirtualKeyCode": number,
        "modifiers": _SHIFT if shifted else 0,
        "text": character,
        "unmodifiedText": character,
    }
