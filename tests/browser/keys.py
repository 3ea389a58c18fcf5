"""A page by keyboard alone: where Tab leads, whether it shows, and whether it leads on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.alike import ALIKE_LOOKED_AT, alike_script
from tests.browser.excuses import FOCUS, Excuse, selectors
from tests.browser.findings import shortened

if TYPE_CHECKING:
    from playwright.sync_api import Page

STOPS_IN_ONE_FIELD = 8
"""Presses of Tab that a field may take for itself: a date has day, month, year, and a button."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where Tab led: the elements in their order, and what is wrong with it."""

    order: list[str]
    findings: list[str]


@cache
def _script() -> str:
    return Path(__file__).with_name("focus.js").read_text(encoding="utf-8")


def walk(page: Page, excuses: Iterable[Excuse] = (), *, alike: int = ALIKE_LOOKED_AT) -> Walk:
    """Press Tab from the top of the page until it begins anew, through the first and the last of rows that are alike.

    Findings are controls that Tab does not reach, a focus that cannot be seen (nothing changes on the element, its
    label or around it; or it lies outside the window, or under something), and a place from which Tab leads nowhere.
    """
    page.evaluate(alike_script())
    page.evaluate(_script())
    start = page.evaluate("([excused, alike]) => __focus.install(excused, alike)", [selectors(excuses, FOCUS), alike])
    names = start["names"]
    missing = dict.fromkeys(start["wanted"])
    order, findings, faulty = [], [], {}
    latest, stayed, visited = None, 0, set()
    for _ in range(len(names) * 2 + 10 * STOPS_IN_ONE_FIELD):
        page.keyboard.press("Tab")
        here = page.evaluate("__focus.where()")
        if here is None:
            break
        place = (here["key"], here["name"])
        if place == latest:
            stayed += 1
            if stayed > STOPS_IN_ONE_FIELD:
                break
            continue
        if place in visited:
            break
        latest, stayed = place, 0
        visited.add(place)
        for key in (here["key"], *here["passed"]):
            missing.pop(key, None)
        order.append(here["name"])
        for fault in here["faults"]:
            faulty.setdefault(fault, []).append(here["name"])
    else:
        findings.append("Tab never comes to an end")
    findings += [f"{', '.join(shortened(those))} {fault}" for fault, those in faulty.items()]
    if missing and order:
        findings.append(f"Tab leads no further than {order[-1]}")
    if missing:
        findings.append(f"Tab does not reach {', '.join(shortened([_named(key, names) for key in missing]))}")
    return Walk(order, findings)


def _named(key: int | str, names: list[str]) -> str:
    return names[key] if isinstance(key, int) else key


def tab_order(page: Page, excuses: Iterable[Excuse] = ()) -> list[str]:
    """Return what Tab reaches, in order; fail where something of it is wrong."""
    walked = walk(page, excuses)
    assert not walked.findings, "\n".join([f"{page.url} by keyboard:", *walked.findings])
    return walked.order
