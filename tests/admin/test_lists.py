"""Lists: what one finds in them, and that they cost the same however long they are."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertAttachment, Certificate
from certificates.services import attaching
from serials.models import (
    Job,
    LibraryEntry,
    Path,
    RouteTemplate,
    Serial,
    SerialCounter,
    Step,
    StepOverride,
    StepStatus,
)
from serials.services import advancement, endings, overrides
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.admin import paging
from tests.accounts.factories import UserFactory
from tests.admin.desk import cost, deferred, url
from tests.factories import (
    OPERATOR,
    PLANNER,
    CertificateFactory,
    JobFactory,
    LibraryEntryFactory,
    PathFactory,
    TemplateFactory,
    make_serials,
    steps_of,
)
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


def found(client, model: str, **parameters) -> list:
    """Return the primary keys of a list."""
    response = client.get(url(model), parameters)
    assert response.status_code == 200, response.url
    return [row.pk for row in response.context["cl"].result_list]


@pytest.fixture
def brackets():
    """Three parts of one job, and one of another."""
    path = PathFactory(job=JobFactory(name="Bracket 40217"), name="Machine and inspect")
    parts = make_serials(path, 3)
    make_serials(PathFactory(job=JobFactory(name="Seal ring"), name="Turn"))
    return parts


class TestParts:
    """The list of parts."""

    @pytest.mark.parametrize("typed", ["SN-00001", "sn-00001", " SN-00001 ", "1", "00001"])
    def test_a_part_is_found_by_its_id_or_number(self, qc, brackets, typed):
        assert found(qc, "serials_serial", q=typed) == [1]

    @pytest.mark.parametrize(
        ("typed", "numbers"),
        [
            ("SN-00001 SN-00003", [3, 1]),
            ("SN-00001, SN-00004", [4, 1]),
            ("SN-00002..SN-00004", [4, 3, 2]),
            ("2–3", [3, 2]),
            ("bracket", [3, 2, 1]),
            ("40217", []),
            ("bracket 40217", [3, 2, 1]),
            ("turn", [4]),
            ("seal turn", [4]),
            ("seal inspect", []),
            ("SN-99999", []),
            ("9" * 30, []),
            ("%", []),
            ("", [4, 3, 2, 1]),
        ],
    )
    def test_parts_are_found_by_several_ids_ranges_and_words(self, qc, brackets, typed, numbers):
        assert found(qc, "serials_serial", q=typed) == numbers

    def test_parts_are_found_by_the_id_of_their_job_or_path(self, qc, brackets):
        assert found(qc, "serials_serial", q=brackets[0].job_id) == [3, 2, 1]
        assert found(qc, "serials_serial", q=brackets[0].path_id) == [3, 2, 1]

    def test_filters(self, qc, brackets):
        first, second, _ = brackets
        endings.scrap(first.id, "damaged", "", OPERATOR)
        endings.force_complete(second.id, "Concession", PLANNER)
        (waiting,) = deferred()
        overrides.create(waiting.id, None, steps_of(waiting.path)[3].pk, "Sampled", PLANNER)

        def numbers(**parameters):
            return found(qc, "serials_serial", **parameters)

        assert numbers(status__exact="scrapped") == [1]
        assert numbers(scrap_reason__exact="damaged") == [1]
        assert numbers(scrap_reason__exact="other") == []
        assert numbers(force_completed__exact="1") == [2]
        assert numbers(open="deferred") == numbers(open="override") == [waiting.pk]
        assert numbers(job=first.job_id) == numbers(path=first.path_id) == [3, 2, 1]
        assert numbers(path=first.path_id, step=steps_of(first.path)[0].pk) == [3]
        assert numbers(job="job_of_nobody") == []
        assert numbers(created_at__gte=clock.now() + timedelta(days=1)) == []

    def test_a_filter_that_is_cleared_filters_nothing(self, qc, brackets):
        assert found(qc, "serials_serial", job="", path="", q="") == [4, 3, 2, 1]

    def test_parameters_that_nobody_meant_lead_back_to_the_list(self, qc, brackets):
        for wrong in (
            {"job": "\0"},
            {"q": "\0"},
            {"o": "x"},
            {"p": "99999"},
            {"status__exact": "\0"},
            {"nothing": "1"},
        ):
            response = qc.get(url("serials_serial"), wrong, follow=True)
            assert response.status_code == 200, wrong

    def test_a_row_says_where_the_part_stands_and_why_it_was_scrapped(self, qc, brackets):
        advancement.advance(brackets[0].id, OPERATOR)
        endings.scrap(brackets[1].id, "process_defect", "", OPERATOR)

        page = qc.get(url("serials_serial")).content.decode()

        assert "2 Mill" in page
        assert "Process defect</span>" in page

    def test_a_state_is_a_shape_and_a_word(self, qc, brackets):
        endings.scrap(brackets[0].id, "damaged", "", OPERATOR)

        page = qc.get(url("serials_serial")).content.decode()

        assert 'marks.svg#scrapped"></use></svg>Scrapped</span>' in page
        assert 'marks.svg#in-progress"></use></svg>In progress</span>' in page


class TestTrail:
    """The list of audit entries."""

    def test_entries_are_found_by_part_job_path_step_certificate_and_person(self, qc):
        (part,), certificate = make_serials(), CertificateFactory()
        (other,) = make_serials()
        maria = UserFactory(name="Maria Lopez")
        attaching.attach(part.id, certificate.pk, Actor(maria.pk, credential="session"))
        advancement.advance(other.id, Actor("Line 3", credential="kiosk"))
        saw = steps_of(other.path)[0]

        def actions(**parameters):
            return [AuditEntry.objects.get(pk=pk).action for pk in found(qc, "audit_auditentry", **parameters)]

        created, attached, advanced = Action.SERIAL_CREATED, Action.CERT_ATTACHED, Action.SERIAL_ADVANCED
        assert actions(q=part.id) == actions(q="sn-00001") == [attached, created]
        assert actions(q=certificate.pk) == [attached]
        assert actions(q=other.job_id) == actions(q=other.path_id) == [advanced, created]
        assert actions(q=saw.pk) == actions(q="Line 3") == [advanced]
        assert actions(q="lopez") == actions(user=maria.pk) == [attached]
        assert actions(action_is=advanced) == [advanced]
        assert actions(q=AuditEntry.objects.get(action=attached).entry_id) == [attached]
        assert actions(q="nobody at all") == []

    def test_entries_are_found_by_time(self, qc):
        with clock.told(datetime(2024, 3, 1, 12, 0, tzinfo=ZoneInfo("UTC"))):
            make_serials()
        make_serials()

        assert len(found(qc, "audit_auditentry")) == 2
        assert len(found(qc, "audit_auditentry", within="24h")) == 1
        assert len(found(qc, "audit_auditentry", within="for ever")) == 2

    def test_names_stand_in_the_place_of_ids(self, qc):
        maria = UserFactory(name="Maria Lopez")
        (part,) = make_serials(PathFactory(job=JobFactory(name="Bracket")), actor=Actor(maria.pk))
        advancement.advance(part.id, Actor(maria.pk))
        attaching.attach(part.id, CertificateFactory(name="Mill report").pk, Actor(maria.pk))

        page = qc.get(url("audit_auditentry")).content.decode()

        for words in ("Maria Lopez", "Saw → Mill", "Bracket", "Mill report", "SN-00001"):
            assert words in page, words

    def test_an_entry_is_looked_at_with_all_that_it_carries(self, qc):
        (part,) = make_serials()
        endings.scrap(part.id, "out_of_tolerance", "Bore too wide", OPERATOR)

        page = qc.get(url("audit_auditentry", "change", AuditEntry.objects.first().pk)).content.decode()

        assert "explanation: Bore too wide" in page
        assert "reason: out_of_tolerance" in page
        assert '<input type="submit"' not in page


def fill(parts: int) -> None:
    """Add rows of every kind."""
    path = PathFactory(
        job=JobFactory(dueDate="2030-05-01"), advancementMode="flexible", steps=("Saw", "Deburr", "Mill", "Inspect")
    )
    TemplateFactory.create_batch(parts)
    LibraryEntryFactory.create_batch(parts)
    certificate = CertificateFactory(metadata={"heat": "4711"})
    for part in make_serials(path, parts, Actor(UserFactory().pk, credential="session")):
        advancement.advance_to(part.id, 2, OPERATOR)
        overrides.create(part.id, None, steps_of(path)[3].pk, "Sampled", PLANNER)
        attaching.attach(part.id, certificate.pk, OPERATOR)


def test_a_list_costs_the_same_however_long_it_is(qc):
    serials = (Job, Path, Step, Serial, StepStatus, StepOverride, SerialCounter, RouteTemplate, LibraryEntry)

    def costs():
        return {
            model.__name__: cost(qc, url(f"{model._meta.app_label}_{model._meta.model_name}"))
            for model in (*serials, Certificate, CertAttachment, AuditEntry)
        }

    fill(1)
    few = costs()
    for _ in range(3):
        fill(3)

    assert costs() == few
    assert {name: number for name, number in few.items() if number > 11} == {}


@pytest.mark.parametrize("page", ["change", "history"])
def test_a_parts_page_costs_the_same_however_much_happened(qc, page):
    (one,) = make_serials(PathFactory(steps=[f"Step {number}" for number in range(12)]))
    advancement.advance(one.id, OPERATOR)
    attaching.attach(one.id, CertificateFactory().pk, OPERATOR)
    overrides.create(one.id, None, steps_of(one.path)[11].pk, "Sampled", PLANNER)
    few = cost(qc, url("serials_serial", page, one.pk))
    for _ in range(8):
        advancement.advance(one.id, Actor(UserFactory().pk))
        attaching.attach(one.id, CertificateFactory().pk, OPERATOR)

    assert cost(qc, url("serials_serial", page, one.pk)) == few <= 15


def test_a_long_table_is_not_counted_to_its_end(qc, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED_AT_MOST", 60)
    make_serials(quantity=80)

    with counted_statements() as statements:
        response = qc.get(url("serials_serial"))

    assert response.context["cl"].result_count == 60
    assert "The first 60 serials; search or filter to see others" in response.content.decode()
    counts = [sql for sql in statements.queries if "COUNT(" in sql]
    assert counts
    assert all("LIMIT 60" in sql for sql in counts)
    assert not any("step_name" in sql for sql in counts)
