"""The trail as a file: by the API and by the command, to be verified elsewhere and to be read in a spreadsheet."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import trail
from audit.models import Action, AuditEntry
from audit.offline.verify_audit import FIELDS
from audit.proof import entries, export, keys
from serials.services import endings
from shopplanr import csv_lines
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_envelope
from tests.audit_proof.conftest import seal_and_keep, write
from tests.factories import OPERATOR, PathFactory, make_serials

URL = "/api/audit/export"
PROGRAM = Path(__file__).resolve().parents[2] / "audit" / "offline" / "verify_audit.py"


@pytest.fixture
def client(db):
    return token_client(UserFactory())


def read(response) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def objects(text: str, kind: str) -> list[dict]:
    return [line for line in map(json.loads, text.splitlines()) if line["kind"] == kind]


def verify(*arguments: object) -> subprocess.CompletedProcess:
    """Run the program as an auditor does: by itself, somewhere else, without Django."""
    command = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, timeout=60)


class TestJsonLines:
    def test_the_whole_trail_with_its_checkpoints(self, log, client):
        response = client.get(URL)
        assert response["Content-Type"] == "application/x-ndjson; charset=utf-8"
        assert response["Content-Disposition"].startswith('attachment; filename="audit-')
        text = read(response)
        kinds = [json.loads(line)["kind"] for line in text.splitlines()]
        assert kinds == ["export", "seal", *["entry"] * 4, "seal", *["entry"] * 6]
        assert [line["id"] for line in objects(text, "entry")] == [entry.entry_id for entry in log]
        assert objects(text, "entry")[0]["metadata"] == log[0].metadata
        assert objects(text, "export")[0]["filtered"] is False

    def test_filters_are_those_of_the_list(self, client):
        parts = make_serials(PathFactory(), 2)
        endings.scrap(parts[0].id, "damaged", None, OPERATOR)
        text = read(client.get(URL, {"serialId": parts[0].id}))
        assert objects(text, "export")[0]["filtered"] is True
        assert [line["action"] for line in objects(text, "entry")] == ["serial_scrapped"]
        text = read(client.get(URL, {"action": "serial_created", "format": "jsonl"}))
        assert [line["batchQuantity"] for line in objects(text, "entry")] == [2]
        text = read(client.get(URL, {"ordering": "-timestamp", "limit": 1}))
        assert [line["action"] for line in objects(text, "entry")] == ["serial_scrapped"]

    def test_odd_queries_are_refused_as_elsewhere(self, client):
        for query in ({"format": "xml"}, {"format": ""}, {"nonsense": 1}, {"since": "yesterday"}, {"action": "\0"}):
            body = assert_envelope(client.get(URL, query), 400)
            assert list(body["errors"]) == list(query)

    def test_pages_in_between_do_not_show(self, log, client, monkeypatch):
        text = read(client.get(URL, {"userId": "operator"}))
        monkeypatch.setattr(entries, "PAGE", 3)
        monkeypatch.setattr(export, "PAGE", 3)
        monkeypatch.setattr(export, "SEALS_AT_ONCE", 1)
        assert objects(read(client.get(URL, {"userId": "operator"})), "entry") == objects(text, "entry")
        assert len(objects(read(client.get(URL)), "entry")) == 10


class TestCsv:
    def test_one_line_an_entry(self, log, client):
        response = client.get(URL, {"format": "csv"})
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        text = read(response)
        assert text.startswith(csv_lines.BYTE_ORDER_MARK)
        header, *rows = csv.reader(io.StringIO(text.removeprefix(csv_lines.BYTE_ORDER_MARK)))
        assert tuple(header) == FIELDS
        assert [row[1] for row in rows] == [entry.entry_id for entry in log]
        assert json.loads(rows[0][-1]) == log[0].metadata
        assert len(csv_rows(read(client.get(URL, {"format": "csv", "limit": 3})))) == 3

    def test_nothing_computes_in_a_spreadsheet(self, client):
        for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"):
            trail.record(Action.NOTE_CREATED, Actor(text), serial_id="SN-00001")
        users = [row[3] for row in csv_rows(read(client.get(URL, {"format": "csv"})))]
        assert users == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1"]


def csv_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


class TestWithoutTheServer:
    """The one file that an auditor takes along, run by itself."""

    @pytest.fixture
    def exported(self, log, tmp_path) -> Path:
        call_command("audit_export", tmp_path / "audit.jsonl")
        return tmp_path / "audit.jsonl"

    @pytest.fixture
    def given(self, settings, exported) -> list[object]:
        return ["--public-key", keys.current().public_text, "--checkpoints", settings.AUDIT_CHECKPOINT_FILE]

    def test_valid(self, exported, given):
        done = verify(exported, *given)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Valid: 8 entries as they were sealed, up to checkpoint 2 of ")

    def test_a_line_of_the_export_that_was_changed(self, exported, given, log):
        exported.write_text(exported.read_text().replace(log[2].entry_id, "aud_forged"))
        done = verify(exported, *given)
        assert done.returncode == 1
        assert f"NOT VALID (changed): Entry aud_forged (sequence {log[2].sequence}) is not what" in done.stdout

    def test_lines_that_are_gone(self, exported, given, log):
        lines = exported.read_text().splitlines(keepends=True)
        exported.write_text("".join(lines[:6]))  # up to the first checkpoint: cut off cleanly
        done = verify(exported, *given)
        assert done.returncode == 1
        assert "NOT VALID (cut): The log ends with checkpoint 1, but checkpoint 2 of" in done.stdout
        assert verify(exported, *given[:2]).returncode == 0  # nothing was kept elsewhere: nothing is missed

    def test_keys_of_somebody_else(self, exported, settings):
        settings.AUDIT_KEY_FILE.unlink()
        keys.public_file().unlink()
        done = verify(exported, "--public-key", keys.make_first().public_text)
        assert done.returncode == 1
        assert "which is not trusted" in done.stdout

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda lines: lines[1:], "This is no export"),
            (lambda lines: [], "This is no export"),
            (lambda lines: [lines[0].replace("false", "true"), *lines[1:]], "some of the entries only"),
            (lambda lines: [*lines, "no json"], "A line is not JSON"),
            (lambda lines: [*lines, "[]"], "A line is no JSON object"),
            (lambda lines: [*lines[:3], '{"kind":"entry"}'], "An entry has no sequence"),
            (lambda lines: [*lines[:3], '{"kind":"entry","sequence":1,"x":1}'], "what no entry has: x"),
            (
                lambda lines: [*lines[:3], '{"kind":"entry","sequence":9,"metadata":{},"metadataText":"{\\"a\\":1}"}'],
                "are not what their text says",
            ),
            (lambda lines: [*lines, lines[1]], "A line is out of place"),
        ],
        ids=[
            "headless",
            "empty",
            "filtered",
            "torn",
            "list",
            "nameless",
            "extended",
            "two metadata",
            "a seal too much",
        ],
    )
    def test_what_cannot_be_checked(self, change, said, exported, given, capsys):
        from audit.offline import verify_audit

        lines = exported.read_text().splitlines()
        exported.write_text("\n".join(change(lines)))
        assert verify_audit.main([str(exported), *map(str, given)]) == 2
        assert said in capsys.readouterr().err

    def test_a_file_that_is_not_there(self, given, tmp_path):
        assert verify(tmp_path / "none.jsonl", *given).returncode == 2
        assert verify(tmp_path / "none.jsonl", "--public-key", "no key").returncode == 2


@pytest.mark.django_db
class TestCommand:
    def test_to_standard_output_and_to_a_new_file(self, log, tmp_path, capsys):
        call_command("audit_export")
        said = capsys.readouterr().out
        assert len(objects(said, "entry")) == 10
        call_command("audit_export", tmp_path / "audit.csv", form="csv")
        assert len(csv_rows((tmp_path / "audit.csv").read_bytes().decode())) == 10
        with pytest.raises(CommandError, match="cannot be written: File exists"):
            call_command("audit_export", tmp_path / "audit.csv")

    def test_an_export_in_constant_memory_reads_page_by_page(self, monkeypatch):
        monkeypatch.setattr(entries, "PAGE", 5)
        write(12)
        seal_and_keep()
        lines = export.lines("jsonl")
        assert [json.loads(next(lines))["kind"] for _ in range(4)] == ["export", "seal", "entry", "entry"]
        AuditEntry.objects.all()  # the rest is not read yet, and need not be
        lines.close()
