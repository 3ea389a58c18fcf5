"""``make bench``: every figure, on both engines, as a table and as JSON in var/bench.json."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "var" / "bench.json"

SLOWEST_PAGES = 10


def main() -> None:
    """Measure both engines, one after the other."""
    with tempfile.TemporaryDirectory(prefix="shopplanr-bench-") as folder:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "shopplanr.settings",
            "SECRET_KEY": "a-key-for-benches-only-0123456789-abcdefghijklmnop",
            "AUDIT_KEY_FILE": f"{folder}/audit_key",
            "AUDIT_CHECKPOINT_FILE": f"{folder}/audit_checkpoints.jsonl",
        }
        environment.pop("DEBUG", None)
        measure = [sys.executable, "-m", "bench.engine"]
        figures = {
            "sqlite": _figures(measure, environment | {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}),
            "postgresql": _figures(
                [sys.executable, "scripts/postgres.py", "run", "--durable", "--", *measure], environment
            ),
        }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for engine, parts in figures.items():
        _print(engine, parts)
    print(f"\nAs JSON: {RESULT.relative_to(ROOT)}")


def _figures(command: list[str], environment: dict[str, str]) -> dict:
    print(f"measuring: {' '.join(command[1:])}", file=sys.stderr)
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _print(engine: str, parts: dict) -> None:
    print(f"\n{engine}: bulk writes, one call\n{'':32}{'ours':>10}{'bare':>10}{'ratio':>8}")
    for name, figure in parts["bulk"].items():
        bare = f"{figure['bare_seconds'] * 1000:7.0f} ms" if "bare_seconds" in figure else "-"
        ratio = f"{figure['ratio']:.2f}" if "ratio" in figure else "-"
        print(f"{name:32}{figure['seconds'] * 1000:7.0f} ms{bare:>10}{ratio:>8}")
    print(f"\n{engine}: over HTTP, 8 connections, 2 workers\n{'':32}{'per s':>10}{'p50':>10}{'p99':>10}{'refused':>9}")
    for name, figure in parts["calls"].items():
        print(
            f"{name:32}{figure['requests_per_second']:10.0f}{figure['p50_milliseconds']:7.1f} ms"
            f"{figure['p99_milliseconds']:7.1f} ms{figure['refused']:9}"
        )
    print(f"\n{engine}: where something was used, of 100,000 parts\n{'':32}{'parts':>10}{'page':>10}{'all':>10}")
    for name, figure in parts["where_used"].items():
        page, everything = figure["page_seconds"] * 1000, figure["all_seconds"] * 1000
        print(f"{name:32}{figure['parts']:10}{page:7.0f} ms{everything:7.0f} ms")
    _print_desk(engine, parts["desk"])
    sealing = parts["sealing"]
    print(
        f"\n{engine}: advances per second, sealing the audit trail every second: {sealing['with']:.0f}; "
        f"never: {sealing['without']:.0f}; ratio {sealing['ratio']:.2f}"
    )


def _print_desk(engine: str, pages: dict) -> None:
    slowest = sorted(pages, key=lambda name: -pages[name]["seconds"])[:SLOWEST_PAGES]
    print(f"\n{engine}: the quality desk and the slowest of {len(pages)} lists, filters and searches of the admin")
    for name in dict.fromkeys(["the desk", *slowest]):
        figure = pages[name]
        print(f"{name[:60]:62}{figure['seconds'] * 1000:7.0f} ms{figure['statements']:5} statements")


if __name__ == "__main__":
    main()
