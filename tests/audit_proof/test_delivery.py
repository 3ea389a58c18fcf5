"""Checkpoints on their way out of the database: none is lost, whatever is away, and nobody waits for it."""

import http.server
import json
import threading
from datetime import timedelta

import pytest
from django.core import mail

from audit.models import CheckpointDelivery
from audit.offline.verify_audit import Checkpoint
from audit.proof import checkpoint_file, delivery
from audit.proof.background import seal_once, with_sealing
from audit.proof.sealing import checkpoint_of, last_seal, seal
from shopplanr import clock
from tests.audit_proof.conftest import verified, write

pytestmark = pytest.mark.django_db


def checkpoints(number: int) -> None:
    """Make so many more."""
    for _ in range(number):
        write(1)
        seal()


def kept(settings) -> list[int]:
    """Return the numbers of the checkpoints in the file."""
    lines = settings.AUDIT_CHECKPOINT_FILE.read_bytes().splitlines()
    return [Checkpoint.read_line(line).number for line in lines]


@pytest.fixture
def keeper():
    """A server that takes checkpoints, or refuses them while ``status`` says so; it knows what it got."""

    class Handler(http.server.BaseHTTPRequestHandler):
        status, got = 201, []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.status == 201:
                self.got.append(Checkpoint.read_line(body).number)
            self.send_response(self.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *arguments):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        Handler.url = f"http://127.0.0.1:{server.server_port}/checkpoints?secret=s3cret"
        yield Handler
        server.shutdown()
        thread.join()


class TestFile:
    def test_every_checkpoint_is_in_it_once_and_in_order(self, settings):
        checkpoints(2)
        delivery.deliver()
        delivery.deliver()
        checkpoints(2)
        delivery.deliver()
        assert kept(settings) == [1, 2, 3, 4]
        assert checkpoint_file.newest() == checkpoint_of(last_seal())

    def test_what_was_sealed_and_not_kept_is_kept_the_next_time(self, settings):
        """A process that is killed in between, a disk that is full."""
        checkpoints(3)
        delivery.deliver()
        lines = settings.AUDIT_CHECKPOINT_FILE.read_bytes().splitlines(keepends=True)
        settings.AUDIT_CHECKPOINT_FILE.write_bytes(b"".join(lines[:1]))
        delivery.deliver()
        assert settings.AUDIT_CHECKPOINT_FILE.read_bytes() == b"".join(lines)

    def test_a_line_that_was_torn_by_a_power_cut_is_written_again(self, settings):
        checkpoints(2)
        delivery.deliver()
        settings.AUDIT_CHECKPOINT_FILE.write_bytes(settings.AUDIT_CHECKPOINT_FILE.read_bytes()[:-40])
        checkpoints(1)
        delivery.deliver()
        first, _, second, third = settings.AUDIT_CHECKPOINT_FILE.read_bytes().splitlines()
        assert [Checkpoint.read_line(line).number for line in (first, second, third)] == [1, 2, 3]
        assert verified().valid

    def test_a_file_of_another_log_gets_this_ones_too(self, settings, sql):
        checkpoints(2)
        delivery.deliver()
        sql("DELETE FROM audit_auditseal")
        seal()
        delivery.deliver()
        delivery.deliver()
        checkpoints(1)
        delivery.deliver()
        assert kept(settings) == [1, 2, 1, 2]

    def test_its_end_is_found_in_a_long_file(self, settings, monkeypatch):
        monkeypatch.setattr(checkpoint_file, "PIECE_BYTES", 50)
        checkpoints(3)
        delivery.deliver()
        assert checkpoint_file.newest().number == 3


class TestAddress:
    def test_it_gets_each_new_checkpoint_once(self, keeper, settings):
        checkpoints(2)
        settings.AUDIT_CHECKPOINT_URL = keeper.url
        assert delivery.deliver() == []
        checkpoints(2)
        assert delivery.deliver() == []
        assert delivery.deliver() == []
        assert keeper.got == [2, 3, 4]  # the second stands for the first

    @pytest.mark.parametrize("status", [500, 302, None], ids=["refuses", "redirects", "is away"])
    def test_while_it_does_not_take_them_they_wait(self, status, keeper, settings, caplog):
        checkpoints(1)
        settings.AUDIT_CHECKPOINT_URL = keeper.url if status else "http://127.0.0.1:9/?secret=s3cret"
        keeper.status = status
        (failure,) = delivery.deliver()
        assert "could not be sent by url" in failure
        assert "s3cret" not in failure + caplog.text
        checkpoints(1)
        assert delivery.deliver() == []  # not yet

        keeper.status = 201
        settings.AUDIT_CHECKPOINT_URL = keeper.url
        with clock.told(clock.now() + timedelta(hours=2)):
            assert delivery.deliver() == []
        assert keeper.got == [1, 2]
        assert CheckpointDelivery.objects.get().failures == 0

    def test_while_somebody_is_at_it_nobody_else_is(self, keeper, settings, monkeypatch):
        checkpoints(1)
        settings.AUDIT_CHECKPOINT_URL = keeper.url
        send = delivery._post

        def meanwhile(it) -> None:
            assert delivery.deliver() == []
            assert keeper.got == []
            send(it)

        monkeypatch.setattr(delivery, "_post", meanwhile)
        assert delivery.deliver() == []
        assert keeper.got == [1]


class TestMail:
    def test_the_newest_checkpoint_is_mailed_once_a_day(self, settings):
        settings.AUDIT_CHECKPOINT_MAIL = ["qc@example.com", "auditor@example.com"]
        checkpoints(3)
        assert delivery.deliver() == []
        checkpoints(1)
        assert delivery.deliver() == []
        (message,) = mail.outbox
        assert message.to == ["qc@example.com", "auditor@example.com"]
        assert "checkpoint 3" in message.subject
        (name, content, _) = message.attachments[0]
        assert name == "audit-checkpoint-3.jsonl"
        assert Checkpoint.read_line(content).number == 3

        with clock.told(clock.now() + timedelta(hours=24)):
            assert delivery.deliver() == []
        assert "checkpoint 4" in mail.outbox[1].subject

    def test_what_was_mailed_is_enough_to_find_a_cut(self, settings, sql, tmp_path):
        settings.AUDIT_CHECKPOINT_MAIL = ["qc@example.com"]
        checkpoints(3)
        delivery.deliver()
        mailed = tmp_path / "mailed.jsonl"
        mailed.write_text(mail.outbox[0].attachments[0][1])
        settings.AUDIT_CHECKPOINT_FILE.unlink()
        sql("DELETE FROM audit_auditseal WHERE number = 3")
        assert verified().valid
        assert verified(also_kept=[mailed]).problem.code == "cut"

    def test_a_server_that_is_away(self, settings, monkeypatch):
        settings.AUDIT_CHECKPOINT_MAIL = ["qc@example.com"]
        checkpoints(1)
        monkeypatch.setattr(mail.EmailMessage, "send", lambda self: (_ for _ in ()).throw(ConnectionRefusedError()))
        assert "could not be sent by mail (ConnectionRefusedError)" in delivery.deliver()[0]
        assert CheckpointDelivery.objects.get().number == 0


class TestInTheBackground:
    def test_once_seals_and_delivers(self, settings):
        write(2)
        seal_once()
        assert kept(settings) == [1]

    def test_what_goes_wrong_is_said_and_goes_no_further(self, settings, caplog):
        write(1)
        seal()
        settings.AUDIT_KEY_FILE.unlink()
        write(1)
        seal_once()
        assert "The audit trail is not being sealed" in caplog.text

    def test_it_starts_with_the_first_request_of_a_process_and_once(self, settings, monkeypatch):
        started = []
        monkeypatch.setattr(threading.Thread, "start", lambda self: started.append(self.name))
        settings.AUDIT_SEAL_SECONDS = 60
        served = with_sealing(lambda environ, start_response: [json.dumps(environ).encode()])
        assert started == []
        assert [served({}, None), served({}, None)] == [[b"{}"], [b"{}"]]
        assert started == ["audit-sealer"]

    def test_it_can_be_left_to_something_else(self, settings):
        settings.AUDIT_SEAL_SECONDS = 0
        assert with_sealing(len) is len
