"""What axe finds on a page, in words that say where and why."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from tests.browser.alike import ALIKE_LOOKED_AT, alike_script
from tests.browser.excuses import Excuse
from tests.browser.findings import shortened

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = ("color-contrast", "link-in-text-block")

_RUN = """
(options) => {
  const again = [...__alike(options.alike)];
  return axe.run({ include: [document], exclude: again }, options).then(({ violations }) =>
    violations.flatMap((violation) => violation.nodes.map((node) => ({
      rule: violation.id,
      help: violation.help,
      target: node.target.flat().join(" "),
      why: [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; "),
      excused: options.excused.some(([rule, selector]) =>
        rule === violation.id && node.target.length === 1 && document.querySelector(node.target[0])?.closest(selector)),
    }))).filter((finding) => !finding.excused));
}
"""


@cache
def _script() -> str:
    from axe_playwright_python.base import AXE_SCRIPT

    return AXE_SCRIPT


def axe_findings(
    page: Page, excuses: Iterable[Excuse] = (), *, only_colours: bool = False, alike: int = ALIKE_LOOKED_AT
) -> list[str]:
    """Return what breaks WCAG 2.0 to 2.2, A and AA, and axe's best practices; a line for each element.

    ``only_colours``: of these, what another theme can change. Of siblings that are alike the first ``alike`` are looked
    at. axe is JavaScript: the page must have been opened with scripts.
    """
    if only_colours:
        what = {"runOnly": {"type": "rule", "values": list(COLOUR_RULES)}}
    else:
        # Off by default, as an AA rule that is new with 2.2.
        what = {"runOnly": {"type": "tag", "values": list(TAGS)}, "rules": {"target-size": {"enabled": True}}}
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    excused = [[excuse.of, excuse.selector] for excuse in excuses]
    page.evaluate(alike_script())
    # Style sheets are not read anew: no rule that is asked needs it, and axe writes what one of them imports into a
    # style element, which the policy of our pages forbids.
    asked = what | {"resultTypes": ["violations"], "preload": False, "excused": excused, "alike": alike}
    findings = page.evaluate(_RUN, asked)
    by_rule: dict[str, list[str]] = {}
    for found in findings:
        by_rule.setdefault(found["rule"], []).append(f"{found['target']}: {found['why'] or found['help']}")
    return [f"axe {rule}: {line}" for rule, lines in by_rule.items() for line in shortened(lines)]


def axe(page: Page, excuses: Iterable[Excuse] = ()) -> None:
    """Fail with what axe finds on the page as it is now."""
    findings = axe_findings(page, excuses)
    assert not findings, "\n".join([f"{page.url}:", *findings])
