"""A server seals what it writes by itself, with several processes and clients at once; the trail verifies elsewhere."""

import json
import subprocess
import sys
import threading
from functools import partial

import pytest

from tests.live.database import ROOT
from tests.live.server import LiveServer
from tests.live.shop import Shop, at_once

WAIT_SECONDS = 30


@pytest.fixture
def sealing_server(migrated_database, tmp_path):
    database = migrated_database.copy(tmp_path)
    files = {"AUDIT_KEY_FILE": tmp_path / "audit_key", "AUDIT_CHECKPOINT_FILE": tmp_path / "checkpoints.jsonl"}
    server = LiveServer(
        database, tmp_path / "server.log", AUDIT_SEAL_SECONDS="1", **{name: str(path) for name, path in files.items()}
    )
    try:
        yield server.start()
    finally:
        server.stop()
        database.drop()


def sealed_entries(tmp_path) -> int:
    """Return how many entries the newest checkpoint that was kept outside speaks of."""
    file = tmp_path / "checkpoints.jsonl"
    lines = [line for line in file.read_text().split("\n")[:-1] if line] if file.exists() else []
    return json.loads(lines[-1])["checkpoint"]["size"] if lines else 0


def test_what_is_written_is_sealed_meanwhile_and_verifies_without_the_server(sealing_server, tmp_path):
    with sealing_server.client() as client:
        shop = Shop(client)
        parts = shop.parts(shop.route(*["Turn"] * 8), 8)

        def keep_on(part: str) -> None:
            for _ in range(6):
                shop.post(f"serials/{part}/advance", userId="ann")

        at_once([partial(keep_on, part) for part in parts])
        written = len(shop.get("audit"))
        assert written == 1 + 8 * 6
        patience = threading.Event()
        for _ in range(WAIT_SECONDS * 20):
            if sealed_entries(tmp_path) == written:
                break
            patience.wait(0.05)

        proof = shop.get("audit/verify", full="true")
        assert proof["valid"], proof
        assert (proof["sealed"], proof["unsealed"]) == (written, 0)
        export = tmp_path / "export.jsonl"
        export.write_bytes(client.get("/api/audit/export").content)

    program = [sys.executable, "-I", str(ROOT / "audit" / "offline" / "verify_audit.py"), str(export)]
    key, kept = str(tmp_path / "audit_key.pub"), str(tmp_path / "checkpoints.jsonl")
    done = subprocess.run([*program, "--public-key", key, "--checkpoints", kept], capture_output=True, text=True)
    assert done.stdout.startswith(f"Valid: {written} entries as they were sealed"), done.stdout + done.stderr
    assert "audit.proof" not in sealing_server.log()
