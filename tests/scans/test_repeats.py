"""The same code twice within two seconds is one scan, also when both arrive at the same moment."""

from dataclasses import asdict
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection

from audit.models import AuditEntry
from serials.models import Serial
from serials.services import advancement
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.floor import codes, scanning
from shopplanr.floor.models import Scan
from tests.factories import CertificateFactory, PathFactory, make_serial
from tests.live.callers import held_after, together
from tests.queries import counted_statements
from tests.scans.scanner import HOSTS, OPERATOR, Scanner

TWICE_SAW = ("Saw", "Saw", "Mill")
"""A route on which a second scan at the same station would move the part on."""


def plain(verdict) -> dict:
    return asdict(verdict)


def place_of(part) -> int:
    return Serial.objects.get(pk=part.pk).current_step_index


@pytest.mark.django_db
class TestRepeated:
    """One after the other."""

    @pytest.fixture
    def part(self):
        return make_serial(PathFactory(steps=TWICE_SAW))

    @pytest.fixture
    def scanner(self):
        return Scanner(station="Saw")

    @pytest.mark.parametrize("seconds", [0, 0.5, 2, -1])
    def test_within_two_seconds_it_is_the_first_scan_again(self, scanner, part, seconds):
        first = scanner.scan(part.id)
        again = scanner.scan(part.id, moment=first.scanned_at + timedelta(seconds=seconds))

        assert not first.repeated
        assert again.repeated
        assert (again.id, again.message, again.serial) == (first.id, first.message, first.serial)
        assert {**plain(again), "repeated": False} == plain(first)
        assert place_of(part) == 1
        assert Scan.objects.count() == 1

    @pytest.mark.parametrize("seconds", [2.001, 60, -3600])
    def test_later_it_is_another(self, scanner, part, seconds):
        first = scanner.scan(part.id)
        second = scanner.scan(part.id, moment=first.scanned_at + timedelta(seconds=seconds))

        assert not second.repeated
        assert place_of(part) == 2
        assert Scan.objects.count() == 2

    def test_a_burst_counts_from_its_first_scan(self, scanner, part):
        start = scanner.scan(part.id).scanned_at
        repeated = [scanner.scan(part.id, moment=start + timedelta(seconds=s)).repeated for s in (1, 1.9, 2.5, 3, 4.6)]

        assert repeated == [True, True, False, True, False]

    @pytest.mark.parametrize("code", ["]d2SN-00001\r", " sn-00001".upper(), "SN-00001\t"])
    def test_what_the_scanner_adds_makes_no_other_code(self, scanner, part, code):
        first = scanner.scan("SN-00001")

        assert scanner.scan(code, moment=first.scanned_at).repeated

    @pytest.mark.parametrize(
        "other",
        [
            {"station": "Mill"},
            {"station": ""},
            {"certificate_id": "cert_other"},
            {"actor": Actor("ann", credential="session")},
            {"actor": Actor("operator", credential="tok_1")},
            {"actor": Actor("operator", called_by="erp", credential="session")},
        ],
    )
    def test_another_place_person_or_certificate_makes_another_scan(self, scanner, part, other):
        first = scanner.scan(part.id)

        assert not scanner.scan(part.id, moment=first.scanned_at, **other).repeated
        assert Scan.objects.count() == 2

    def test_another_code_between_does_not_hide_the_first(self, scanner, part):
        first = scanner.scan(part.id)
        scanner.scan("SN-00099", moment=first.scanned_at)

        assert scanner.scan(part.id, moment=first.scanned_at).repeated

    def test_refusals_and_unknown_codes_are_repeated_too(self, scanner, part):
        certificate = CertificateFactory()
        for code in ("123", "SN-00099", certificate.id, part.job_id, ""):
            first = scanner.scan(code)
            again = scanner.scan(code, moment=first.scanned_at)

            assert {**plain(again), "repeated": False} == plain(first)
            assert again.repeated
        assert Scan.objects.count() == 5


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two calls, each in a thread and on a connection of its own."""

    @pytest.fixture
    def part(self):
        return make_serial(PathFactory(steps=TWICE_SAW))

    @pytest.fixture
    def call(self, part):
        """A scan of the part where it stands, as it arrives now."""
        return partial(scanning.scan, part.id, "Saw", OPERATOR, lambda right: True, own_hosts=HOSTS, moment=clock.now())

    def test_without_a_turn_both_find_nothing_and_both_move_the_part(self, part, call, monkeypatch):
        monkeypatch.setattr(scanning, "_take_turn", lambda reading: None)
        monkeypatch.setattr(scanning, "_just_now", held_after(scanning._just_now))

        outcomes = together(call, call, deferred=True)

        if connection.vendor == "sqlite":  # no two transactions that have read may both write
            (failure,) = (outcome for outcome in outcomes if isinstance(outcome, Exception))
            assert isinstance(failure, OperationalError)
        else:
            assert [outcome.repeated for outcome in outcomes] == [False, False]
            assert place_of(part) == 2

    @pytest.mark.parametrize("at_once", [2, 6])
    def test_with_it_one_moves_the_part_and_the_others_are_told_so(self, part, call, at_once):
        outcomes = together(*[call] * at_once)

        assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * (at_once - 1)
        assert len({(outcome.id, outcome.message) for outcome in outcomes}) == 1
        assert place_of(part) == 1
        assert AuditEntry.objects.filter(action="serial_advanced").count() == Scan.objects.count() == 1

    def test_however_long_the_first_one_takes(self, part, call, monkeypatch):
        advance, much_later = advancement.advance, clock.now() + timedelta(minutes=5)

        def slowly(*arguments, **options):
            monkeypatch.setattr(clock, "now", lambda: much_later)
            return advance(*arguments, **options)

        monkeypatch.setattr(advancement, "advance", slowly)
        monkeypatch.setattr(codes, "normalized", held_after(codes.normalized))  # both have arrived
        call = partial(call, moment=None)

        assert sorted(outcome.repeated for outcome in together(call, call)) == [False, True]
        assert place_of(part) == 1

    def test_refusals_are_one_scan_too(self, part):
        refused = partial(
            scanning.scan, part.id, "Saw", OPERATOR, lambda right: False, own_hosts=HOSTS, moment=clock.now()
        )

        assert sorted(outcome.repeated for outcome in together(refused, refused)) == [False, True]
        assert Scan.objects.count() == 1

    def test_different_scans_of_one_part_each_find_what_the_other_left(self, part, call):
        other = partial(
            scanning.scan, part.id, "Saw", Actor("ann"), lambda right: True, own_hosts=HOSTS, moment=clock.now()
        )

        outcomes = together(call, other)

        assert sorted(outcome.serial.current_step_index for outcome in outcomes) == [1, 2]
        assert place_of(part) == 2


# --- What a scan asks of the database

TURN = 1 if connection.vendor == "postgresql" else 0


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [3, 40])
class TestStatements:
    """The same number, however long the route is."""

    @pytest.fixture
    def part(self, steps):
        return make_serial(PathFactory(steps=[f"Step {number}" for number in range(steps)]))

    def cost(self, code: str, **circumstances) -> int:
        scanner = Scanner(**circumstances)
        with counted_statements() as statements:
            scanner.scan(code)
        return len(statements)

    def test_finishing_a_part(self, part):
        # was it just scanned; the part, its route; seven to advance; the scan
        assert self.cost(part.id, station="Step 0") == TURN + 11

    def test_attaching_a_certificate(self, part):
        # was it just scanned; the part, its route, the certificate, what it has already; six to attach; the scan
        assert self.cost(part.id, certificate_id=CertificateFactory().id) == TURN + 12

    def test_looking_up(self, part):
        assert self.cost(part.id) == TURN + 4
        assert self.cost(part.job_id) == self.cost(CertificateFactory().id) == self.cost("SN-00099") == TURN + 3
        assert self.cost("123") == TURN + 2

    def test_a_repeat(self, part):
        scanner = Scanner(station="Step 0")
        first = scanner.scan(part.id)

        with counted_statements() as statements:
            scanner.scan(part.id, moment=first.scanned_at)

        assert len(statements) == TURN + 1
