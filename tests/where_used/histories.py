"""Histories of small shops, made through the services: whatever is refused just does not happen."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from hypothesis import strategies as st

from certificates.models import Certificate
from certificates.services import attaching, late
from serials.models import Path, Serial, Step, StepStatus
from serials.services import advancement, deferrals, endings
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal
from tests.factories import JobFactory, PathFactory, make_note, make_serials

OPENING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
PEOPLE = ("ana", "bo", "erp")
ACTORS = (Actor("ana"), Actor("bo"), Actor("bo", called_by="erp"))
HEATS, ISSUERS = ("H-1", "H-2", "Å3"), ("Steel Co.", "Platers")
STATIONS = ("Saw", "Mill", "Deburr")

ROUTES = (
    ("Saw", "Mill", "Deburr"),
    ("Mill", "Deburr", "Mill"),  # twice at one station
    ("Saw",),
)


@dataclass
class Shop:
    """What there is to act upon."""

    paths: list[Path]
    certificates: list[Certificate]
    serials: list[Serial] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        return list(Step.objects.order_by("path__created_at", "path_id", "order"))


DEEDS = (
    *("start", "advance", "advance", "jump", "jump", "scrap", "force", "after all", "waive"),
    *("note", "attach", "late", "revise"),
)
deeds = st.tuples(
    st.sampled_from(DEEDS),
    st.integers(0, 5),
    st.integers(0, 3),
    st.sampled_from(ACTORS),
    st.integers(0, 2),
)
histories = st.lists(deeds, max_size=25)


@contextmanager
def happened(history: Sequence[tuple]) -> Iterator[Shop]:
    """Let the history have happened for the length of the block. An hour or two pass between deeds, or no time."""
    with transaction.atomic():
        shop = _open()
        moment = OPENING + timedelta(hours=3)
        for deed, which, other, actor, hours in history:
            moment += timedelta(hours=hours)
            with clock.told(moment):
                _do(shop, deed, which, other, actor)
        yield shop
        transaction.set_rollback(True)


def _open() -> Shop:
    """Make the shop. Its first part has been at the last step since one, and its milling was done at three."""
    with clock.told(OPENING):
        paths = [PathFactory(job=JobFactory(), steps=ROUTES[0], advancementMode="flexible")]
        paths += [PathFactory(steps=route, advancementMode="flexible") for route in ROUTES[1:]]
        kinds = ((heat, issuer) for heat in HEATS[:2] for issuer in ISSUERS)
        certificates = [
            Certificate.objects.create(type="material", name=f"{heat} {issuer}", heat_lot=heat, issuer=issuer)
            for heat, issuer in kinds
        ]
        shop = Shop(paths, certificates)
        for path in paths[:2]:
            shop.serials += make_serials(path, 2, ACTORS[0])
    with clock.told(OPENING + timedelta(hours=1)):
        for certificate in certificates[::3]:
            attaching.attach_all(certificate.pk, [part.id for part in shop.serials[:3]], ACTORS[0])
        advancement.advance_to(shop.serials[0].id, 2, ACTORS[1])
    with clock.told(OPENING + timedelta(hours=3)):
        deferrals.complete_deferred(shop.serials[0].id, paths[0].steps.get(order=1).pk, ACTORS[2])
    return shop


def _do(shop: Shop, deed: str, which: int, other: int, actor: Actor) -> None:
    if deed == "start":
        shop.serials += make_serials(shop.paths[which % len(shop.paths)], 1 + other % 2, actor)
        return
    if deed == "revise":
        _revise(shop, which, HEATS[other % len(HEATS)])
        return
    part = Serial.objects.get(pk=shop.serials[which % len(shop.serials)].pk)
    steps = list(part.path.steps.order_by("order"))
    step = steps[other % len(steps)]
    if deed in ("after all", "waive"):  # there are few that are owed: somebody knows them
        owed = StepStatus.objects.filter(status="deferred").select_related("serial", "step").first()
        part, step = (owed.serial, owed.step) if owed else (part, step)
    certificate = shop.certificates[(which + other) % len(shop.certificates)]
    try:
        with transaction.atomic():
            {
                "advance": lambda: advancement.advance(part.id, actor),
                "jump": lambda: advancement.advance_to(part.id, part.current_step_index + 1 + other % 2, actor),
                "scrap": lambda: endings.scrap(part.id, "damaged", "", actor),
                "force": lambda: endings.force_complete(part.id, "sold as it is", actor),
                "after all": lambda: deferrals.complete_deferred(part.id, step.pk, actor),
                "waive": lambda: deferrals.waive(part.id, step.pk, "not needed", actor),
                "note": lambda: make_note([part], step=step, actor=actor),
                "attach": lambda: attaching.attach(part.id, certificate.pk, actor),
                "late": lambda: late.attach_at(certificate.pk, [part.id], step.pk, "it came late", actor),
            }[deed]()
    except Refusal:
        pass


def _revise(shop: Shop, which: int, heat: str) -> None:
    """Supersede a certificate; the newest revision takes its place, and may be attached from now on."""
    index = which % len(shop.certificates)
    old = shop.certificates[index]
    shop.certificates[index] = Certificate.objects.create(
        type=old.type,
        name=old.name,
        heat_lot=heat,
        issuer=old.issuer,
        first_revision_id=old.series,
        revision=old.revision + 1,
        supersedes=old,
        correction_reason="the heat was wrong",
    )


@st.composite
def asked(draw) -> dict[str, object]:
    """What may be asked; ids are places in the shop's lists."""
    names = ("certificate", "heat", "issuer", "operator", "step_id", "step_name", "since", "before")
    chosen = draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))
    since = draw(st.integers(0, 30))
    values = {
        "certificate": draw(st.integers(0, 3)),
        "heat": draw(st.sampled_from((*HEATS, "h-1"))),
        "issuer": draw(st.sampled_from((*ISSUERS, "PLATERS"))),
        "operator": draw(st.sampled_from(PEOPLE)),
        "step_id": draw(st.integers(0, 6)),
        "step_name": draw(st.sampled_from(STATIONS)),
        "since": OPENING + timedelta(hours=since),
        "before": OPENING + timedelta(hours=since + draw(st.integers(1, 12))),
    }
    return {name: values[name] for name in names if name in chosen}
