"""The quality desk's card about the audit trail: a verification that failed is seen by people."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import AuditVerification
from audit.proof import sealing, verifications
from shopplanr import clock
from shopplanr.desk.trail import trail
from tests.admin.desk import card_of
from tests.audit_proof.conftest import sql  # noqa: F401 - a fixture
from tests.factories import make_serials

pytestmark = pytest.mark.django_db

DESK = reverse("admin:index")


class TestAuditChecks:
    @pytest.fixture(autouse=True)
    def own_files(self, settings, tmp_path):
        settings.AUDIT_KEY_FILE = tmp_path / "audit_key"
        settings.AUDIT_CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"

    def words(self, client) -> list[str]:
        return [line.title for line in card_of(client, "trail").lines]

    def test_nothing_was_done_yet(self, qc):
        assert self.words(qc) == ["Not verified yet", "Nothing is sealed yet"]
        assert card_of(qc, "trail").tone == "warn"

    def test_all_is_well(self, qc):
        make_serials()
        sealing.seal()
        call_command("audit_verify")

        assert self.words(qc) == ["Verified and valid", "Sealed up to checkpoint 1"]
        assert card_of(qc, "trail").tone == "good"

    def test_a_night_without_verification_or_an_hour_without_sealing_shows(self, qc):
        now = clock.now()
        with clock.told(now - timedelta(days=3)):
            make_serials()
            sealing.seal()
            call_command("audit_verify")
        make_serials()

        found = trail()

        assert (found.is_verified, found.is_sealed) == (False, False)
        assert self.words(qc)[0] == "Verified long ago"
        assert "1 entry since then" in card_of(qc, "trail").lines[1].note

    def test_a_failed_verification_stands_there_in_red_until_the_whole_trail_is_right_again(self, qc, sql):  # noqa: F811
        make_serials()
        sealing.seal()
        sql("UPDATE audit_auditseal SET signature = 'x'")
        with pytest.raises(SystemExit):
            call_command("audit_verify")
        assert not AuditVerification.objects.get().is_valid

        card = card_of(qc, "trail")
        assert (card.count, card.tone) == ("Failed", "bad")
        assert card.lines[0].title == "The audit trail is not valid"
        assert qc.get(card.lines[0].url).status_code == 200
        assert "desk-bad" in qc.get(DESK).content.decode()

    def test_that_the_newest_part_is_right_does_not_hide_it(self):
        AuditVerification.objects.create(whole=True, verified=1, checkpoints=1, problem="missing", message="One is")
        AuditVerification.objects.create(whole=False, verified=1, checkpoints=1)
        assert [each.whole for each in trail().failed] == [True]

        AuditVerification.objects.create(whole=True, verified=1, checkpoints=1)
        assert trail().failed == []

    def test_so_many_runs_are_kept_and_no_more(self, monkeypatch):
        monkeypatch.setattr(verifications, "KEPT", 3)
        for _ in range(5):
            call_command("audit_verify")

        assert AuditVerification.objects.count() == 3
