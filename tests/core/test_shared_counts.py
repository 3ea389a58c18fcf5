"""Counts of calls that several processes and threads keep in one file."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from shopplanr import shared_counts
from shopplanr.shared_counts import FILE_BYTES, PLACES_PER_BUCKET, WINDOW_SECONDS, Count, SharedCounts

SECRET = "of the site"
ROOT = Path(__file__).resolve().parents[2]

COUNTING = """
import sys
from pathlib import Path
from shopplanr.shared_counts import SharedCounts
counts = SharedCounts(Path(sys.argv[1]), sys.argv[2])
sys.stdin.readline()
for _ in range(500):
    counts.add("everybody", 1000.0)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "not" / "there yet"


@pytest.fixture(params=["in a file", "in memory"])
def counts(request, path):
    counts = SharedCounts(path if request.param == "in a file" else None, SECRET)
    yield counts
    counts.close()


def test_calls_are_counted_until_the_window_is_over(counts):
    assert counts.add("me", 1000.0) == Count(1, WINDOW_SECONDS)
    assert counts.add("me", 1010.5) == Count(2, 50)
    assert counts.add("me", 1000.0 + WINDOW_SECONDS - 0.001) == Count(3, 1)
    assert counts.add("me", 1000.0 + WINDOW_SECONDS) == Count(1, WINDOW_SECONDS)


def test_everybody_has_a_count_of_his_own(counts):
    for caller in ("me", "you", "\ud800", "me "):
        assert counts.add(caller, 1000.0).calls == 1


def test_a_window_of_before_the_machine_started_anew_is_over(counts):
    for _ in range(3):
        counts.add("me", 90000.0)

    assert counts.add("me", 5.0) == Count(1, WINDOW_SECONDS)


def test_the_clock_is_the_machines(counts):
    assert counts.add("me").calls == 1
    assert counts.add("me").calls == 2


def test_a_crowd_takes_the_places_of_those_who_call_least(counts, monkeypatch):
    monkeypatch.setattr(shared_counts, "BUCKETS", 1)
    for _ in range(5):
        counts.add("busy", 1000.0)
    for number in range(10 * PLACES_PER_BUCKET):
        counts.add(f"passing by {number}", 1001.0)

    assert counts.add("busy", 1002.0).calls == 6


def test_it_goes_on_where_the_last_process_stopped(path):
    SharedCounts(path, SECRET).add("me", 1000.0)

    assert SharedCounts(path, SECRET).add("me", 1001.0).calls == 2
    assert path.stat().st_size == FILE_BYTES
    assert path.stat().st_mode & 0o077 == 0


def test_processes_and_threads_lose_no_call(path):
    command = [sys.executable, "-c", COUNTING, str(path), SECRET]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)]
    counts = SharedCounts(path, SECRET)
    threads = [Thread(target=lambda: [counts.add("everybody", 1000.0) for _ in range(250)]) for _ in range(2)]
    for other in others:
        other.stdin.write("\n")
        other.stdin.flush()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait(30) for other in others] == [0, 0]

    assert counts.add("everybody", 1000.0).calls == 1501


def test_without_a_file_that_can_be_used_each_process_counts_by_itself(tmp_path, caplog):
    counts = SharedCounts(tmp_path, SECRET)  # a folder

    assert not counts.is_shared and "cannot be used" in caplog.text
    assert [counts.add("me", 1000.0).calls for _ in range(2)] == [1, 2]


def test_a_disk_without_locks_keeps_nobody_from_calling(path, monkeypatch, caplog):
    counts = SharedCounts(path, SECRET)
    assert counts.is_shared
    monkeypatch.setattr(shared_counts.fcntl, "lockf", lambda *_: (_ for _ in ()).throw(OSError("no locks available")))

    assert [counts.add("me", 1000.0).calls for _ in range(2)] == [1, 2]
    assert not counts.is_shared and "no locks available" in caplog.text


def test_a_full_disk_keeps_nobody_from_calling(path, monkeypatch):
    counts = SharedCounts(path, SECRET)
    monkeypatch.setattr(shared_counts.os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError("no space left")))

    assert [counts.add("me", 1000.0).calls for _ in range(2)] == [1, 1]
