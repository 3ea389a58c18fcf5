"""Whether certificates fulfil what a step asks for, against the rules written down a second time."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from certificates.coverage import (
    Attached,
    Due,
    Facts,
    Requirement,
    Standing,
    due,
    fulfils,
    holds_back,
    missing,
    newest,
    standing,
)

DAY = date(2026, 3, 2)
DAYS = st.dates(DAY - timedelta(days=2), DAY + timedelta(days=2))
TYPES = st.sampled_from(["material", "process"])
EN_TYPES = st.sampled_from(["", "2.1", "2.2", "3.1", "3.2"])
SERIES = st.sampled_from(["a", "b", "c"])
STEPS = st.sampled_from(["saw", "heat"])

facts = st.builds(
    Facts,
    series=SERIES,
    revision=st.integers(1, 3),
    type=TYPES,
    en10204_type=EN_TYPES,
    valid_from=st.none() | DAYS,
    valid_to=st.none() | DAYS,
    revoked=st.sampled_from([False, False, False, True]),
)
revisions = st.lists(facts, max_size=8, unique_by=lambda each: (each.series, each.revision))
requirements = st.builds(
    Requirement, step_id=STEPS, certificate_type=TYPES, quantity=st.integers(1, 3), minimum=EN_TYPES
)


def missing_said_again(requirement: Requirement, attached: list[Attached], all_facts: list[Facts], day: date) -> int:
    """The rules, one sentence after the other, as somebody at the quality desk would go through the papers."""
    papers = []
    for paper in ("a", "b", "c"):
        its_revisions = [each for each in all_facts if each.series == paper]
        if not its_revisions:
            continue
        last = max(its_revisions, key=lambda each: each.revision)
        places = {each.step_id for each in attached if each.series == paper}
        if last.type == "process" and requirement.step_id not in places:
            continue
        if last.type == "material" and not places:
            continue
        if last.type != requirement.certificate_type or last.revoked:
            continue
        if last.valid_from is not None and day < last.valid_from:
            continue
        if last.valid_to is not None and day > last.valid_to:
            continue
        if requirement.minimum and (not last.en10204_type or float(last.en10204_type) < float(requirement.minimum)):
            continue
        papers.append(paper)
    return requirement.quantity - len(papers) if len(papers) < requirement.quantity else 0


@given(requirements, st.lists(st.tuples(SERIES, STEPS), max_size=8), revisions, DAYS)
@example(Requirement("saw", "process", 2), [("a", "saw"), ("a", "saw")], [Facts("a", 1, "process")], DAY)
@example(Requirement("saw", "material"), [("a", "heat")], [Facts("a", 1, "material")], DAY)
@example(
    Requirement("saw", "process"),
    [("a", "saw")],
    [Facts("a", 1, "process"), Facts("a", 2, "process", revoked=True)],
    DAY,
)
def test_it_is_missing_what_the_rules_say_is_missing(requirement, places, all_facts, day):
    known = {each.series for each in all_facts}
    attached = [Attached(series, step) for series, step in places if series in known]

    assert missing(requirement, attached, newest(all_facts), day) == missing_said_again(
        requirement, attached, all_facts, day
    )


@given(requirements, st.lists(st.tuples(SERIES, STEPS), max_size=8), revisions, DAYS)
def test_one_more_paper_never_makes_more_missing_and_an_attachment_twice_changes_nothing(
    requirement, places, all_facts, day
):
    last = newest(all_facts)
    attached = [Attached(series, step) for series, step in places if series in last]
    before = missing(requirement, attached, last, day)

    assert missing(requirement, attached * 2, last, day) == before
    for series in last:
        assert before - 1 <= missing(requirement, [*attached, Attached(series, "saw")], last, day) <= before


@given(DAYS, st.integers(0, 3))
def test_both_ends_of_a_validity_count_and_the_days_beside_them_do_not(first, length):
    last = first + timedelta(days=length)
    paper, asked = Facts("a", 1, "process", valid_from=first, valid_to=last), Requirement("saw", "process")

    assert fulfils(paper, asked, first)
    assert fulfils(paper, asked, last)
    assert not fulfils(paper, asked, first - timedelta(days=1))
    assert not fulfils(paper, asked, last + timedelta(days=1))


@given(revisions)
def test_the_newest_revision_speaks_for_its_series_in_whatever_order_they_come(all_facts):
    last = newest(all_facts)

    assert last == newest(reversed(all_facts))
    assert set(last) == {each.series for each in all_facts}
    for each in all_facts:
        assert last[each.series].revision >= each.revision


def test_what_was_done_asks_and_what_was_skipped_or_waived_never_does():
    asked = {
        status: (due(status, in_progress=True), due(status, in_progress=False))
        for status in ("pending", "in_progress", "completed", "skipped", "deferred", "waived")
    }

    assert asked == {
        "pending": (Due.LATER, Due.NEVER),
        "in_progress": (Due.NOW, Due.NEVER),
        "completed": (Due.NOW, Due.NOW),
        "skipped": (Due.NEVER, Due.NEVER),
        "deferred": (Due.LATER, Due.NEVER),
        "waived": (Due.NEVER, Due.NEVER),
    }


def test_only_what_blocks_holds_back_and_only_what_may_be_overridden_is_let_off():
    held = {
        (policy, lacking, overridden)
        for policy in ("warn", "block", "block_or_override")
        for lacking in (0, 1)
        for overridden in (False, True)
        if holds_back(policy, lacking, overridden=overridden)
    }

    assert held == {("block", 1, False), ("block", 1, True), ("block_or_override", 1, False)}


@given(st.sampled_from(Due), st.integers(0, 3), st.booleans())
def test_a_part_stands_to_a_requirement_in_exactly_one_way(asked, lacking, overridden):
    found = standing(asked, lacking, overridden=overridden)

    assert (found == Standing.NOT_ASKED) == (asked == Due.NEVER)
    assert (found == Standing.COVERED) == (asked != Due.NEVER and lacking == 0)
    assert (found == Standing.MISSING) == (asked == Due.NOW and lacking > 0 and not overridden)
