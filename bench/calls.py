"""The calls that are measured over HTTP, against a server like the one that ``make run`` starts."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.db import connection

from bench import load, shop
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.accounts.services import issue_token

WORKERS = 2
REQUESTS = 3000
START_SECONDS = 20


def run() -> dict[str, dict[str, float]]:
    """Return requests per second, p50 and p99 of each kind of call."""
    path, certificate = shop.make_path(steps=6), shop.make_certificate()
    serials = [serial.id for serial in shop.make_serials(path, REQUESTS)]
    jumpers = [serial.id for serial in shop.make_serials(path, REQUESTS)]
    secret = token("calls")
    connection.close()
    headers = f"Authorization: Token {secret}\r\n"
    body = json.dumps({"targetStepIndex": 3}).encode()
    attach = json.dumps({"certId": certificate.id}).encode()
    calls = {
        "get a serial": [load.request("GET", f"/api/serials/{serial}", headers=headers) for serial in serials],
        "list 50 serials": [
            load.request("GET", f"/api/serials?limit=50&offset={number % 3000}", headers=headers)
            for number in range(REQUESTS // 3)
        ],
        "attach": [load.request("POST", f"/api/serials/{serial}/attach-cert", attach, headers) for serial in serials],
        "advance": [load.request("POST", f"/api/serials/{serial}/advance", b"{}", headers) for serial in serials],
        "advance-to, 2 bypassed": [
            load.request("POST", f"/api/serials/{serial}/advance-to", body, headers) for serial in jumpers
        ],
    }
    with server() as port:
        load.run(port, calls["get a serial"][:200])  # every worker has answered before anything is measured
        return {name: asdict(load.run(port, requests)) for name, requests in calls.items()}


def token(name: str) -> str:
    """Return the secret of a new API token of this name, with every right of the API."""
    from django.contrib.auth.models import Group

    user, _ = User.objects.get_or_create(name="Bench", username="bench")
    user.groups.add(Group.objects.get(name=Role.INTEGRATIONS))
    return issue_token(user, name, by="bench")[1]


@contextmanager
def server(**variables: str) -> Iterator[int]:
    """Serve as ``make run`` does, with these variables in the environment as well; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "scripts/serve.py"]
    environment = (
        os.environ
        | {
            "PORT": str(port),
            "WORKERS": str(WORKERS),
            "DEMO_DATA": "0",
            "LOG_LEVEL": "ERROR",
            "KIOSK_NETWORKS": "",
            # On, so that what it costs is measured; out of reach.
            "RATE_LIMIT_PER_MINUTE": "1000000000",
        }
        | variables
    )
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/schema", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
