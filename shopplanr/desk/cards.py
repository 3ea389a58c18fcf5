"""The cards of the desk: each answer as a heading, a few lines that lead on, and a sentence where there is nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.timesince import timesince

from audit.models import AuditEntry, AuditVerification
from certificates.admin.finding import NEAR_DAYS
from certificates.held_back import READ_AT_MOST as HELD_AT_MOST
from certificates.models import Certificate, CertificationAssignment
from serials.approvals import RIGHT_OF, awaiting, why_not_alone
from serials.models import ApprovalRequest, Serial, SerialStatus, StepStatus, StepStatusCode
from shopplanr import clock
from shopplanr.accounts.roles import DECIDING, Right
from shopplanr.actor import Actor
from shopplanr.admin.links import list_url, page_url
from shopplanr.admin.people import names_of
from shopplanr.desk.blocked import Lack, blocked
from shopplanr.desk.deferred import READ_AT_MOST as DEFERRED_AT_MOST
from shopplanr.desk.deferred import deferred
from shopplanr.desk.expiring import Expiring, expiring
from shopplanr.desk.scrap import scrap
from shopplanr.desk.trail import Trail, trail

LINES = 6
"""Of a card; its link leads to the rest."""

QUIET, GOOD, WARN, BAD = "quiet", "good", "warn", "bad"

May = Callable[[Right], bool]


@dataclass(frozen=True, slots=True)
class Bar:
    """Two lengths, in hundredths of the longest one on the card: now, and before."""

    now: float
    before: float


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, where its name leads, what else is to be said, and how many. ``actions``: address and words."""

    title: str
    url: str = ""
    note: str = ""
    figure: str = ""
    tone: str = QUIET
    actions: Sequence[tuple[str, str]] = ()
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One question of the desk. ``count`` stands beside the title; ``empty`` is said where there are no lines."""

    name: str
    title: str
    lines: Sequence[Line]
    empty: str
    count: str = ""
    tone: str = QUIET
    about: str = ""
    note: str = ""
    more_url: str = ""
    more_text: str = ""


def of(may: May, actor: Actor) -> list[Card]:
    """Return the cards for somebody with these rights, what somebody waits for first."""
    cards = []
    if may(Right.READ):
        if may(Right.WAIVE):
            cards.append(_deferred())
        if any(may(right) for right in DECIDING):
            cards.append(_asked_for(may, actor))
        cards += [_blocked(), _expiring(), _scrap()]
    if may(Right.READ_AUDIT):
        cards.append(_trail())
    return cards


def _deferred() -> Card:
    found = deferred(LINES)
    filtered = {"status__exact": StepStatusCode.DEFERRED.value, "of": SerialStatus.IN_PROGRESS.value}
    lines = [
        Line(
            each.step.name,
            list_url(StepStatus, **filtered, job=each.step.path.job_id, path=each.step.path_id, step=each.step.pk),
            note=f"{each.step.path.job.name} · waits for {_age(each.since)}",
            figure=_count(each.parts, "part"),
        )
        for each in found.steps
    ]
    return Card(
        "deferred",
        "Deferred steps",
        lines,
        empty="No part in production has a deferred step.",
        count=_figure(found.record_count, cut=found.cut),
        tone=WARN if lines else GOOD,
        about="Select the parts in their list, and waive the step or complete it.",
        note=f"Of the {DEFERRED_AT_MOST:,} that have waited longest." if found.cut else "",
        more_url=list_url(StepStatus, **filtered) if found.step_count > len(lines) else "",
        more_text=f"All {found.step_count} steps",
    )


def _asked_for(may: May, actor: Actor) -> Card:
    kinds = [kind.value for kind, right in RIGHT_OF.items() if may(right)]
    rows = list(awaiting().filter(kind__in=kinds).select_related("step", "serial__job")[: LINES + 1])
    names = names_of(each.requested_by for each in rows[:LINES])
    lines = [_request(each, names, actor) for each in rows[:LINES]]
    more = len(rows) > LINES
    return Card(
        "approvals",
        "Waiting for a decision",
        lines,
        empty="Nobody has asked for anything that you decide about.",
        count=_figure(len(lines), cut=more),
        tone=WARN if lines else GOOD,
        more_url=list_url(ApprovalRequest, state__exact="open") if more else "",
        more_text="All requests",
    )


def _request(asked: ApprovalRequest, names: dict[str, str], actor: Actor) -> Line:
    act = page_url(ApprovalRequest, "act", "approve"), page_url(ApprovalRequest, "act", "decline")
    own = why_not_alone(asked.kind, actor, asked)
    answers = [(f"{act[0]}?selected={asked.pk}", "Approve…")] if not own else []
    where = f" at {asked.step.name}" if asked.step else ""
    return Line(
        f"{asked.get_kind_display()} for {asked.serial_public_id}{where}",
        page_url(ApprovalRequest, "change", asked.pk),
        note=f"{names.get(asked.requested_by, asked.requested_by)}, {_age(asked.requested_at)} ago: {asked.reason}"
        + (f". {own}." if own else ""),
        tone=WARN,
        actions=[*answers, (f"{act[1]}?selected={asked.pk}", "Decline…")],
    )


def _blocked() -> Card:
    found = blocked(LINES)
    return Card(
        "held-back",
        "Blocked for certificates",
        [_lack(each) for each in found.lacks],
        empty="Every part has the certificates that its step asks for.",
        count=_figure(found.part_count, cut=found.cut),
        tone=BAD if found.lacks else GOOD,
        about="These parts cannot leave the step where they stand.",
        note=f"Looked at the first {HELD_AT_MOST:,} parts that stand at such steps." if found.cut else "",
        more_url=list_url(Serial, certificates="blocked") if found.lacks else "",
        more_text="All blocked parts",
    )


def _lack(each: Lack) -> Line:
    path = each.here.path
    at = "" if each.asking_name == each.here.name else f" for {each.asking_name}"
    return Line(
        f"{each.here.name} lacks {each.what}{at}",
        reverse("floor:coverage", args=[path.job_id]),
        note=f"{path.job.name} · {each.who} can attach it",
        figure=_count(each.parts, "part"),
        tone=BAD,
        actions=[(list_url(Serial, job=path.job_id, path=path.pk, step=each.here.pk), "Parts there")],
    )


def _expiring() -> Card:
    found = expiring(LINES)
    over = any(each.is_over for each in found.found)
    return Card(
        "expiring",
        "Running out",
        [_expires(each) for each in found.found],
        empty=f"Nothing in use ends within {NEAR_DAYS} days.",
        count=_figure(found.count, cut=found.cut),
        tone=BAD if over else WARN if found.found else GOOD,
        about=f"Ends within {NEAR_DAYS} days, or has ended in the last {NEAR_DAYS}.",
        more_url=list_url(Certificate, expires="near") if found.count > LINES else "",
        more_text="All certificates that run out",
    )


def _expires(each: Expiring) -> Line:
    is_of_product = isinstance(each.record, CertificationAssignment)
    many = f"{_count(each.parts, 'part')} in work" if each.parts else "no part in work"
    return Line(
        each.name,
        page_url(type(each.record), "change", each.record.pk),
        note=f"{'Product certification' if is_of_product else 'Certificate'} · {many}",
        figure=_days(each.days_left),
        tone=BAD if each.is_over else WARN,
    )


def _scrap() -> Card:
    found = scrap()
    longest = max((max(each.now, each.before) for each in found.reasons), default=0)
    filtered = {"status__exact": SerialStatus.SCRAPPED.value}
    lines = [
        Line(
            each.reason.label,
            list_url(
                Serial, **filtered, scrap_reason__exact=each.reason.value, scrapped_at__gte=found.since.isoformat()
            ),
            note=f"{each.before:,} in the week before",
            figure=_count(each.now, "part"),
            bar=Bar(100 * each.now / longest, 100 * each.before / longest),
        )
        for each in found.reasons
    ]
    return Card(
        "scrap",
        "Scrap this week",
        lines,
        empty="Nothing was scrapped in the last two weeks.",
        count=f"{found.now:,}",
        tone=GOOD if not found.now else WARN if found.now > found.before else QUIET,
        about=f"The last 7 days; {_count(found.before, 'part')} in the 7 days before.",
        more_url=list_url(Serial, **filtered) if lines else "",
        more_text="All scrapped parts",
    )


def _trail() -> Card:
    found = trail()
    failed = [
        Line(
            f"{'The audit trail' if each.whole else 'The newest part of the audit trail'} is not valid",
            page_url(AuditVerification, "change", each.number),
            note=f"{each.message} Verified {_age(each.at)} ago.",
            tone=BAD,
        )
        for each in found.failed
    ]
    lines = [*failed, *_proof(found)]
    return Card(
        "trail",
        "Audit checks",
        lines,
        empty="",
        count="Failed" if failed else "",
        tone=BAD if failed else GOOD if found.is_verified and found.is_sealed else WARN,
        more_url=list_url(AuditEntry) if failed else "",
        more_text="All entries",
    )


def _proof(found: Trail) -> list[Line]:
    state, last = found.state, found.last
    lines = []
    if last is None:
        lines.append(Line("Not verified yet", note="Have audit_verify run every night.", tone=WARN))
    elif last.is_valid:
        words = "Verified and valid" if found.is_verified else "Verified long ago"
        note = f"{_age(last.at)} ago, {last.verified:,} entries"
        tone = GOOD if found.is_verified else WARN
        lines.append(Line(words, page_url(AuditVerification, "change", last.number), note=note, tone=tone))
    if state is None:
        lines.append(Line("Nothing is sealed yet", note="What is not sealed is not proved.", tone=WARN))
    else:
        behind = f"{_count(state.unsealed, 'entry', 'entries')} since then" if state.unsealed else "nothing since then"
        words = f"Sealed up to checkpoint {state.number}"
        lines.append(Line(words, note=f"{_age(state.at)} ago, {behind}", tone=GOOD if found.is_sealed else WARN))
    return lines


def _age(moment: datetime) -> str:
    return timesince(moment, clock.now(), depth=1)


def _days(days: int) -> str:
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _figure(number: int, *, cut: bool) -> str:
    return f"{number:,}{'+' if cut else ''}"
