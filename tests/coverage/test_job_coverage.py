"""``GET /jobs/:id/coverage``: a job's parts against what its steps ask for."""

import random

import pytest

from certificates import coverage, job_coverage
from certificates.coverage import Standing
from certificates.services import attaching, late
from serials.models import Serial, StepRequirement, StepStatus
from serials.services import advancement, bulk_moves, deferrals, endings, requirement_overrides
from shopplanr import clock
from shopplanr.refusals import Refusal
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_envelope, assert_refused
from tests.coverage.papers import MATERIAL, PROCESS, asked_of, asking, paper, revised, revoke
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

OR_OVERRIDE = PROCESS | {"policy": "block_or_override"}
WARN = PROCESS | {"policy": "warn"}


@pytest.fixture
def client():
    return token_client(UserFactory())


def get(client, job_id, query="") -> dict:
    response = client.get(f"/api/jobs/{job_id}/coverage{query}")
    assert response.status_code == 200, response.content
    return response.json()


def test_requirements_with_numbers_and_parts_with_gaps_first(client):
    path = asking(("Saw", WARN | {"en10204Minimum": "3.1"}), ("Inspect", OR_OVERRIDE))
    saw, inspect = steps_of(path)
    plain, gap, covered, scrapped = make_serials(path, 4)
    attaching.attach(covered.id, paper(en10204_type="3.2").pk, OPERATOR)
    advancement.advance(covered.id, OPERATOR)
    advancement.advance(gap.id, OPERATOR)
    (warned,), (asked,) = asked_of(saw), asked_of(inspect)
    requirement_overrides.create(covered.id, {"requirementId": asked.pk, "reason": "agreed"}, OPERATOR)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)

    found = get(client, path.job_id)

    assert found == {
        "jobId": path.job_id,
        "requirements": [
            {
                "id": warned.pk,
                "pathId": path.pk,
                "stepId": saw.pk,
                "stepName": "Saw",
                "certificateType": "process",
                "quantity": 1,
                "en10204Minimum": "3.1",
                "policy": "warn",
                "covered": 1,
                "missing": 2,
                "notYetDue": 0,
                "overridden": 0,
            },
            {
                "id": asked.pk,
                "pathId": path.pk,
                "stepId": inspect.pk,
                "stepName": "Inspect",
                "certificateType": "process",
                "quantity": 1,
                "policy": "block_or_override",
                "covered": 0,
                "missing": 1,
                "notYetDue": 1,
                "overridden": 1,
            },
        ],
        "totals": {
            "serials": 3,
            "serialsWithGaps": 2,
            "scrapped": 1,
            "covered": 1,
            "missing": 3,
            "notYetDue": 1,
            "overridden": 1,
        },
        "serials": [
            {
                "serialId": serial.id,
                "status": "in_progress",
                "gaps": gaps,
                "cells": [
                    {"requirementId": warned.pk, "standing": first, "missing": int(first == "missing")},
                    {"requirementId": asked.pk, "standing": second, "missing": 1},
                ],
            }
            for serial, gaps, first, second in (
                (gap, 2, "missing", "missing"),
                (plain, 1, "missing", "not_yet_due"),
                (covered, 0, "covered", "overridden"),
            )
        ],
    }


def test_parts_can_be_paged_and_only_those_with_gaps_be_listed(client):
    path = asking(("Saw", PROCESS), "Inspect")
    serials = make_serials(path, 5)
    for serial in serials[:2]:
        attaching.attach(serial.id, paper().pk, OPERATOR)

    def ids(query) -> list[str]:
        return [each["serialId"] for each in get(client, path.job_id, query)["serials"]]

    in_order = [serial.id for serial in (*serials[2:], *serials[:2])]
    assert ids("") == in_order
    assert ids("?gapsOnly=true") == in_order[:3]
    assert ids("?limit=2&offset=2") == in_order[2:4]
    assert ids("?limit=2&offset=2&gapsOnly=true") == in_order[2:3]
    assert ids("?limit=0") == []
    assert get(client, path.job_id, "?limit=0")["totals"]["serials"] == 5


def test_wrong_words_are_named(client):
    job_id = JobFactory().pk
    for query, message, field in (
        ("?gapsOnly=maybe", "gapsOnly must be true or false", "gapsOnly"),
        ("?limit=-1", "limit must be a whole number, 0 or more", "limit"),
        ("?gaps=1", "Unknown filter: gaps", "gaps"),
    ):
        assert_refused(
            client.get(f"/api/jobs/{job_id}/coverage{query}"),
            400,
            message,
            field=field,
            code=assert_envelope(client.get(f"/api/jobs/{job_id}/coverage{query}"))["code"],
        )
    assert_refused(client.get("/api/jobs/job_x/coverage"), 404, "Job not found: job_x", code="not_found")


def test_a_job_without_requirements_or_parts(client):
    path = PathFactory()
    make_serials(path, 2)
    found = get(client, path.job_id)
    assert (found["requirements"], found["totals"]["serials"]) == ([], 2)
    assert [each["cells"] for each in found["serials"]] == [[], []]
    assert get(client, JobFactory().pk)["serials"] == []


def one_by_one(serial: Serial, requirement: StepRequirement) -> Standing:
    """Judge one part by one requirement, with a question of its own to the database for everything."""
    status = StepStatus.objects.get(serial=serial.pk, step=requirement.step_id)
    asked = coverage.due(status.status, in_progress=serial.status == "in_progress")
    day = clock.day_of(status.updated_at) if status.status == "completed" else clock.today()
    counted = set()
    for attachment in serial.cert_attachments.select_related("certificate"):
        series = type(attachment.certificate).objects.filter(first_revision=attachment.certificate.series)
        last = series.order_by("-revision").first() or attachment.certificate
        fits = requirement.certificate_type == "material" or attachment.step_id == requirement.step_id
        good = last.type == requirement.certificate_type and not hasattr(last, "revocation")
        valid = (last.valid_from or day) <= day <= (last.valid_to or day)
        strong = not requirement.en10204_minimum or last.en10204_type >= requirement.en10204_minimum
        if fits and good and valid and strong:
            counted.add(attachment.certificate.series)
    lacking = max(0, requirement.quantity - len(counted))
    overridden = requirement.overrides.filter(serial=serial.pk).exists()
    return coverage.standing(asked, lacking, overridden=overridden)


@pytest.mark.parametrize("seed", range(4))
def test_thousands_at_once_are_judged_as_each_of_them_by_itself(seed):
    """A shop that does whatever chance says, and the matrix of its job against the rules, part by part."""
    chance = random.Random(seed)
    path = asking(
        ("Saw", MATERIAL | {"en10204Minimum": "2.2"}, WARN),
        "Mill",
        ("Heat treat", OR_OVERRIDE | {"quantity": 2}),
        ("Inspect", MATERIAL, PROCESS | {"en10204Minimum": "3.1", "policy": "warn"}),
        mode="flexible",
    )
    other = PathFactory(job=path.job, steps=[{"name": "Rework", "requirements": [OR_OVERRIDE]}, {"name": "Pack"}])
    serials = [*make_serials(path, 12), *make_serials(other, 3)]
    today = clock.today()
    papers = [
        paper(kind, en10204_type=en_type, valid_from=first, valid_to=last)
        for kind in ("material", "process")
        for en_type in ("", "3.1")
        for first, last in ((None, None), (today, None), (None, today.replace(year=today.year - 1)))
    ]
    papers += [revised(each) for each in papers[::3]]
    revoke(papers[1])
    for _ in range(80):
        serial = Serial.objects.get(pk=chance.choice(serials).pk)
        steps = steps_of(serial.path)
        deed = chance.choice(["attach", "attach", "attach", "late", "advance", "advance", "jump", "override", "end"])
        try:
            if deed == "attach":
                attaching.attach(serial.id, chance.choice(papers).pk, OPERATOR)
            elif deed == "late":
                late.attach_at(chance.choice(papers).pk, [serial.id], chance.choice(steps).pk, "late", OPERATOR)
            elif deed == "advance":
                advancement.advance(serial.id, OPERATOR)
            elif deed == "jump":
                advancement.advance_to(serial.id, chance.randint(1, len(steps)), OPERATOR)
            elif deed == "override":
                asked = chance.choice(list(StepRequirement.objects.filter(step__path=serial.path_id)))
                requirement_overrides.create(serial.id, {"requirementId": asked.pk, "reason": "agreed"}, OPERATOR)
            elif chance.random() < 0.3:
                chance.choice([endings.scrap, lambda *given: endings.force_complete(given[0], "so", OPERATOR)])(
                    serial.id, "damaged", None, OPERATOR
                )
            else:
                deferrals.complete_deferred(serial.id, chance.choice(steps).pk, OPERATOR)
        except Refusal:
            continue

    found = job_coverage.of_job(path.job_id)

    alive = {serial.pk: serial for serial in Serial.objects.exclude(status="scrapped")}
    assert {line.number for line in found.lines} == set(alive)
    for line in found.lines:
        serial = alive[line.number]
        assert len(line.cells) == StepRequirement.objects.filter(step__path=serial.path_id).count()
        for cell in line.cells:
            assert cell.standing == one_by_one(serial, cell.requirement), (serial, cell)
    assert [line.gaps for line in found.lines] == sorted((line.gaps for line in found.lines), reverse=True)
    for column in found.columns:
        missing = job_coverage.parts_missing(found, column.requirement.pk)
        assert len(missing) == column.missing
        assert sum(cell.late for _, cell in missing) == column.missing_late


def test_statements_do_not_grow():
    def cost(quantity: int, length: int) -> int:
        path = asking(*[(f"Step {n}", MATERIAL, OR_OVERRIDE) for n in range(length)])
        ids = [serial.id for serial in make_serials(path, quantity)]
        for kind in ("material", "process"):
            attaching.attach_all(paper(kind, valid_to=clock.today()).pk, ids, OPERATOR)
        bulk_moves.advance_all(ids, OPERATOR)
        with counted_statements() as statements:
            found = job_coverage.of_job(path.job_id)
        assert found.columns[0].covered == quantity
        return len(statements)

    assert cost(2, 2) == cost(150, 8) == 7
