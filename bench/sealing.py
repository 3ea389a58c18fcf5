"""What sealing the audit trail costs those who write to it: advances with it and without it, by turns."""

from statistics import median

from django.db import connection

from bench import calls, load, shop

ROUNDS = 5
REQUESTS = 1500

WITHOUT, WITH = {"AUDIT_SEAL_SECONDS": "0"}, {"AUDIT_SEAL_SECONDS": "1"}
"""Sixty times as often as it is unless set: whatever it costs shows."""


def run() -> dict[str, float]:
    """Return advances per second with and without sealing, and the median of the rounds' ratios."""
    path = shop.make_path(steps=2 * ROUNDS + 2)
    serials = [serial.id for serial in shop.make_serials(path, REQUESTS)]
    headers = f"Authorization: Token {calls.token('sealing')}\r\n"
    connection.close()
    requests = [load.request("POST", f"/api/serials/{serial}/advance", b"{}", headers) for serial in serials]
    # reads, after which every worker has everything loaded
    warm_up = [load.request("GET", f"/api/serials/{serial}", headers=headers) for serial in serials[:200]]
    figures: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(ROUNDS):
        turns = [("without", WITHOUT), ("with", WITH)]
        for name, variables in turns if number % 2 else reversed(turns):
            with calls.server(**variables) as port:
                load.run(port, warm_up)
                figures[name].append(load.run(port, requests).requests_per_second)
    return {name: median(each) for name, each in figures.items()} | {
        "ratio": median(a / b for a, b in zip(figures["with"], figures["without"], strict=True))
    }
