"""What a scan does, what the person is told, and that it is kept."""

import pytest

from audit.models import AuditEntry
from certificates.models import CertAttachment
from serials.models import Serial
from serials.services import advancement, endings
from shopplanr import clock
from shopplanr.accounts.roles import ROLE_RIGHTS, Right, Role, refusal_sentence
from shopplanr.actor import Actor
from shopplanr.floor import scanning
from shopplanr.floor.codes import CODE_MAX_LENGTH
from shopplanr.floor.models import Scan
from shopplanr.floor.verdicts import CertificateFacts, JobFacts, PartFacts
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serial
from tests.lifecycle.tables import snapshot
from tests.scans.scanner import Scanner

pytestmark = pytest.mark.django_db

KIOSK = Actor(None, credential="kiosk")


@pytest.fixture
def path():
    """Saw, then Mill in Cell 3, then Deburr in Cell 2."""
    steps = [{"name": "Saw"}, {"name": "Mill", "location": "Cell 3"}, {"name": "Deburr", "location": "Cell 2"}]
    return PathFactory(job=JobFactory(name="Bracket"), name="Main", steps=steps, advancementMode="flexible")


@pytest.fixture
def part(path):
    return make_serial(path)


@pytest.fixture
def certificate():
    return CertificateFactory(name="Steel 4140, heat 7")


def place_of(part) -> int:
    return Serial.objects.get(pk=part.pk).current_step_index


def told(verdict) -> tuple[str, str, str]:
    return verdict.verdict, verdict.reason, verdict.message


class TestAtAStation:
    """A part is finished where it stands."""

    def test_the_part_that_stands_here_moves_on(self, part):
        verdict = Scanner(station="Saw").scan(part.id)

        assert told(verdict) == ("done", "advanced", "SN-00001 is done here. Next: Mill, Cell 3.")
        assert (verdict.next_step_name, verdict.next_step_location) == ("Mill", "Cell 3")
        assert (verdict.kind, verdict.url, verdict.repeated) == ("serial", "/serials/SN-00001", False)
        assert verdict.serial == PartFacts(
            "SN-00001", part.job_id, "Bracket", part.path_id, "Main", "in-progress", 1, "Mill", "Cell 3"
        )
        assert place_of(part) == 1
        entry = AuditEntry.objects.get(action="serial_advanced")
        assert (entry.user_id, entry.credential) == ("operator", "session")

    def test_without_a_location_the_next_step_is_named_alone(self, path, part):
        path.steps.filter(order=1).update(location="")

        assert Scanner(station="Saw").scan(part.id).message == "SN-00001 is done here. Next: Mill."

    def test_at_the_last_step_it_is_completed(self, part):
        advancement.advance_to(part.id, 1, OPERATOR)
        advancement.advance(part.id, OPERATOR)

        verdict = Scanner(station="Deburr").scan(part.id)

        assert told(verdict) == ("done", "completed", "SN-00001 is done here, and completed: no step is left.")
        assert (verdict.serial.status, verdict.serial.current_step_index) == ("completed", -1)
        assert (verdict.serial.current_step_name, verdict.serial.location) == ("Completed", "")
        assert (verdict.next_step_name, verdict.next_step_location) == ("", "")

    @pytest.mark.parametrize(
        ("station", "message"),
        [
            ("Deburr", "SN-00001 is at Mill (Cell 3), not at Deburr."),
            ("mill", "SN-00001 is at Mill (Cell 3), not at mill."),
        ],
    )
    def test_a_part_that_stands_elsewhere_needs_an_answer_and_stays(self, part, station, message):
        advancement.advance(part.id, OPERATOR)

        verdict = Scanner(station=station).scan(part.id)

        assert told(verdict) == ("needs_answer", "elsewhere", message)
        assert verdict.url == "/serials/SN-00001"
        assert (verdict.serial.current_step_name, verdict.serial.location) == ("Mill", "Cell 3")
        assert place_of(part) == 1

    def test_a_scrapped_part_is_refused_with_the_services_sentence(self, part):
        endings.scrap(part.id, "damaged", None, OPERATOR)

        verdict = Scanner(station="Saw").scan(part.id)

        assert told(verdict) == ("refused", "serial_scrapped", "Cannot advance a scrapped serial")
        assert (verdict.serial.status, verdict.serial.current_step_name) == ("scrapped", "Scrapped")

    def test_so_is_a_completed_one(self, path, part):
        for _ in range(3):
            advancement.advance(part.id, OPERATOR)

        verdict = Scanner(station="Deburr").scan(part.id)

        assert told(verdict) == ("refused", "serial_completed", "Serial number is already completed")

    def test_so_is_one_that_still_owes_a_step(self, part):
        advancement.advance_to(part.id, 2, OPERATOR)

        verdict = Scanner(station="Deburr").scan(part.id)

        message = "Cannot complete SN-00001: required steps still deferred: Mill"
        assert told(verdict) == ("refused", "completion_blocked", message)
        assert verdict.url == "/serials/SN-00001"
        assert place_of(part) == 2

    def test_who_may_not_advance_is_told_whom_to_ask(self, part):
        verdict = Scanner(station="Saw", rights=ROLE_RIGHTS[Role.AUDITORS]).scan(part.id)

        assert told(verdict) == ("refused", "forbidden", refusal_sentence(Right.ADVANCE))
        assert place_of(part) == 0

    def test_a_kiosk_need_not_name_anybody(self, part):
        Scanner(station="Saw", actor=KIOSK).scan(part.id)

        assert AuditEntry.objects.get(action="serial_advanced").user_id == "anonymous"
        assert Scan.objects.get().user_id == "anonymous"


class TestWithACertificateInHand:
    """The part gets the certificate, and stays where it is."""

    def test_it_is_attached(self, part, certificate):
        verdict = Scanner(station="Saw", certificate_id=certificate.id).scan(part.id)

        assert told(verdict) == ("done", "attached", "SN-00001 has Steel 4140, heat 7 now. Scan the next part.")
        assert verdict.certificate == CertificateFacts(certificate.id, "Steel 4140, heat 7", "material")
        assert verdict.serial.current_step_name == "Saw"
        assert place_of(part) == 0
        assert CertAttachment.objects.get().attached_by == "operator"

    def test_a_second_time_it_was_there_already(self, part, certificate):
        scanner = Scanner(certificate_id=certificate.id)
        scanner.scan(part.id)

        verdict = scanner.scan(part.id)

        message = "SN-00001 had Steel 4140, heat 7 at this step already. Scan the next part."
        assert told(verdict) == ("done", "already_attached", message)
        assert CertAttachment.objects.count() == 1

    def test_at_the_next_step_it_is_attached_again(self, part, certificate):
        scanner = Scanner(certificate_id=certificate.id)
        scanner.scan(part.id)
        advancement.advance(part.id, OPERATOR)

        assert scanner.scan(part.id).reason == "attached"

    def test_a_completed_part_is_refused(self, part, certificate):
        for _ in range(3):
            advancement.advance(part.id, OPERATOR)

        verdict = Scanner(certificate_id=certificate.id).scan(part.id)

        assert told(verdict) == ("refused", "serial_completed", "Serial is already completed, cannot attach cert")

    def test_a_certificate_that_is_none_is_refused(self, part):
        verdict = Scanner(certificate_id="cert_gone").scan(part.id)

        assert told(verdict) == ("refused", "not_found", "Certificate not found: cert_gone")

    def test_a_kiosk_must_name_somebody(self, part, certificate):
        verdict = Scanner(certificate_id=certificate.id, actor=KIOSK).scan(part.id)

        assert told(verdict) == ("refused", "required", "userId is required")
        assert not CertAttachment.objects.exists()

    def test_who_may_not_attach_is_told_whom_to_ask(self, part, certificate):
        verdict = Scanner(certificate_id=certificate.id, rights=ROLE_RIGHTS[Role.AUDITORS]).scan(part.id)

        assert told(verdict) == ("refused", "forbidden", refusal_sentence(Right.ATTACH))


class TestLookingUp:
    """Without a station and a certificate, a code leads to a page."""

    @pytest.mark.parametrize(
        ("happens", "message"),
        [
            (lambda part: None, "SN-00001 is at Saw."),
            (lambda part: advancement.advance(part.id, OPERATOR), "SN-00001 is at Mill (Cell 3)."),
            (lambda part: endings.scrap(part.id, "damaged", None, OPERATOR), "SN-00001 was scrapped at Saw."),
            (lambda part: [advancement.advance(part.id, OPERATOR) for _ in "123"], "SN-00001 is completed."),
        ],
    )
    def test_a_part_is_found_wherever_it_is(self, part, happens, message):
        happens(part)

        verdict = Scanner().scan(part.id)

        assert told(verdict) == ("done", "found", message)
        assert verdict.url == "/serials/SN-00001"

    def test_by_the_address_on_its_label(self, part):
        assert Scanner().scan("https://shop.example/serials/SN-00001\r").reason == "found"

    @pytest.mark.parametrize("station", ["", "Saw"])
    def test_a_certificate_is_taken_in_hand(self, certificate, station):
        verdict = Scanner(station=station).scan(certificate.id)

        assert told(verdict) == ("needs_answer", "certificate_in_hand", "Now scan the parts that get it.")
        assert verdict.certificate == CertificateFacts(certificate.id, "Steel 4140, heat 7", "material")
        assert (verdict.kind, verdict.url) == ("certificate", f"/certificates/{certificate.id}")

    def test_not_by_who_may_not_attach_it(self, certificate):
        verdict = Scanner(rights=ROLE_RIGHTS[Role.AUDITORS]).scan(certificate.id)

        assert told(verdict) == ("refused", "forbidden", refusal_sentence(Right.ATTACH))
        assert verdict.certificate.id == certificate.id

    @pytest.mark.parametrize("station", ["", "Saw"])
    def test_a_job_is_found(self, path, station):
        verdict = Scanner(station=station).scan(path.job_id)

        assert told(verdict) == ("done", "job_found", "This is job Bracket.")
        assert (verdict.job, verdict.url) == (JobFacts(path.job_id, "Bracket"), f"/jobs/{path.job_id}")

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("SN-00099", "SerialNumber not found: SN-00099"),
            ("cert_gone", "Certificate not found: cert_gone"),
            ("job_gone", "Job not found: job_gone"),
        ],
    )
    def test_what_there_is_not_is_refused(self, code, message):
        verdict = Scanner(station="Saw").scan(code)

        assert told(verdict) == ("refused", "not_found", message)
        assert (verdict.serial, verdict.certificate, verdict.job, verdict.url) == (None, None, None, "")


class TestUnknownCodes:
    @pytest.mark.parametrize(
        ("code", "reason", "message"),
        [
            ("4006381333931", "unknown_code", "Unknown code: 4006381333931. Scan the label of a part, a certificate"),
            ("x" * 400, "unknown_code", "Unknown code: " + "x" * 59 + "…. Scan the label"),
            ("]d2\x1d", "empty", "Nothing was read. Scan the code again."),
            ("", "empty", "Nothing was read. Scan the code again."),
            ("x" * (CODE_MAX_LENGTH + 1), "too_long", "This code is longer than any of ours. Scan the label of the"),
        ],
    )
    def test_the_person_is_told_what_to_scan_instead(self, code, reason, message):
        verdict = Scanner(station="Saw").scan(code)

        assert (verdict.verdict, verdict.reason) == ("unknown", reason)
        assert verdict.message.startswith(message)
        assert verdict.kind == ""


class TestRecord:
    """Every scan is kept, failed ones above all."""

    def test_what_was_done(self, part, certificate):
        raw = "]Q1https://shop.example/serials/SN-00001\r"
        scanner = Scanner(station="Saw", actor=Actor("ann", called_by="erp", credential="tok_1"))

        verdict = scanner.scan(raw, certificate_id=certificate.id)

        kept = Scan.objects.get()
        assert (kept.scan_id, kept.scanned_at) == (verdict.id, verdict.scanned_at) == (kept.scan_id, scanner.moment)
        assert kept.scan_id.startswith("scan_")
        assert (kept.code, kept.raw) == ("https://shop.example/serials/SN-00001", raw)
        assert verdict.code == kept.code
        assert (kept.station, kept.cert_in_hand) == ("Saw", certificate.id)
        assert (kept.user_id, kept.called_by, kept.credential) == ("ann", "erp", "tok_1")
        assert (kept.kind, kept.record_id) == ("serial", "SN-00001")
        assert (kept.verdict, kept.reason, kept.message) == told(verdict)
        assert str(kept) == "Done: https://shop.example/serials/SN-00001"

    def test_who_calls_for_himself_is_named_once(self, part):
        Scanner(actor=Actor("ann", called_by="ann")).scan(part.id)

        assert Scan.objects.get().called_by == ""

    @pytest.mark.parametrize(
        ("code", "kind", "record"),
        [("SN-00099", "serial", "SN-00099"), ("cert_gone", "certificate", "cert_gone"), ("123", "", "")],
    )
    def test_what_failed(self, code, kind, record):
        Scanner(station="Saw").scan(code)

        kept = Scan.objects.get()
        assert (kept.code, kept.kind, kept.record_id) == (code, kind, record)

    def test_what_was_refused_leaves_the_scan_and_nothing_else(self, part, certificate):
        advancement.advance_to(part.id, 2, OPERATOR)
        before = snapshot()

        Scanner(station="Deburr").scan(part.id)
        Scanner(certificate_id=certificate.id, actor=KIOSK).scan(part.id)

        after = snapshot()
        assert Scan.objects.count() == 2
        assert {table for table in after if after[table] != before[table]} == {"floor_scan"}

    def test_a_fault_of_ours_leaves_nothing(self, part, monkeypatch):
        monkeypatch.setattr(advancement, "advance", lambda *arguments, **options: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            Scanner(station="Saw").scan(part.id)

        assert not Scan.objects.exists()

    def test_what_cannot_be_kept_is_cut_or_left_out(self):
        Scanner(station=f"\0Saw{'w' * 500}", certificate_id="cert_\0" + "x" * 500).scan("\0" + "x\0" * 600)

        kept = Scan.objects.get()
        assert (kept.raw, kept.code) == ("x" * 500, "x" * 500)
        assert (kept.station, kept.cert_in_hand) == ("Saw".ljust(255, "w"), "cert_".ljust(40, "x"))

    def test_the_settings_of_the_shops_scanners_hold(self, part, settings):
        settings.SCAN_PREFIX, settings.SCAN_SUFFIX = "~", "#"

        assert Scanner().scan("~SN-00001#\r").reason == "found"
        assert Scan.objects.get().code == "SN-00001"

    def test_without_a_moment_it_is_now(self, part):
        with clock.told(clock.now()):
            verdict = scanning.scan(part.id, "", OPERATOR, lambda right: True, own_hosts=[])
            assert verdict.scanned_at == clock.now()
