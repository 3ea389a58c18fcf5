"""Files of the record: under the checksum of their content, whole or not there at all, and read only as they were."""

import hashlib
import stat
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr import content_store

CONTENT = b"a drawing of a bracket"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """Where the files of a test are kept."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files_in(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def alter(digest: str, content: bytes) -> None:
    """Change a file on disk, as somebody might who can write there."""
    path = content_store.path_of(digest)
    path.chmod(0o600)
    path.write_bytes(content)


class Source:
    """A stream that says how much of it was asked for at once, and that may break."""

    def __init__(self, content: bytes, breaks: bool = False):
        self._stream, self._breaks, self.largest = BytesIO(content), breaks, 0

    def read(self, size: int) -> bytes:
        self.largest = max(self.largest, size)
        piece = self._stream.read(size)
        if not piece and self._breaks:
            raise ConnectionResetError
        return piece


@pytest.mark.parametrize("content", [CONTENT, BytesIO(CONTENT)], ids=["bytes", "stream"])
def test_what_is_put_is_known_by_its_digest_and_read_back(content):
    stored = content_store.put(content)

    assert stored == (DIGEST, len(CONTENT))
    with content_store.open_verified(DIGEST) as file:
        assert file.read() == CONTENT
    content_store.verify(DIGEST)


def test_it_lies_two_folders_deep_and_nothing_else_is_left(folder):
    content_store.put(CONTENT)

    assert files_in(folder) == [Path(DIGEST[:2], DIGEST[2:4], DIGEST)]


def test_it_can_be_read_and_neither_written_nor_run():
    content_store.put(CONTENT)

    assert stat.S_IMODE(content_store.path_of(DIGEST).stat().st_mode) == 0o440


def test_the_same_content_twice_is_one_file(folder):
    assert content_store.put(CONTENT) == content_store.put(BytesIO(CONTENT))
    content_store.put(CONTENT + b"!")

    assert len(files_in(folder)) == 2


def test_a_stream_is_read_piece_by_piece_from_where_it_stands():
    source = Source(b"x" * 1_000_000)
    stored = content_store.put(source)
    assert stored == (hashlib.sha256(b"x" * 1_000_000).hexdigest(), 1_000_000)
    assert source.largest == content_store.PIECE_BYTES

    half_read = BytesIO(b"skipped " + CONTENT)
    half_read.seek(8)
    assert content_store.put(half_read).digest == DIGEST


def test_of_a_stream_that_breaks_nothing_is_kept(folder):
    with pytest.raises(ConnectionResetError):
        content_store.put(Source(CONTENT, breaks=True))

    assert files_in(folder) == []


def test_a_process_that_is_killed_leaves_no_file_under_a_digest(folder, monkeypatch):
    """Killed just before the file gets its name: what it wrote lies aside, and is nothing."""

    class Killed(BaseException):
        pass

    def killed(self, target):
        raise Killed

    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(Path, "unlink", lambda self: None)
    with pytest.raises(Killed):
        content_store.put(CONTENT)

    (left,) = files_in(folder)
    assert left.parent == Path("incoming")
    with pytest.raises(content_store.ContentMissing):
        content_store.open_verified(DIGEST)
    monkeypatch.undo()
    assert content_store.put(CONTENT).digest == DIGEST
    content_store.verify(DIGEST)


def test_it_is_on_the_disk_before_it_has_its_name_and_so_are_the_folders_that_name_it(folder, monkeypatch):
    done = []

    def sync(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    replace = Path.replace
    monkeypatch.setattr(content_store, "_sync", sync)
    monkeypatch.setattr(Path, "replace", lambda self, target: (done.append("named"), replace(self, target)))
    content_store.put(CONTENT)

    assert done[0].parent == folder / "incoming"
    assert done[1:] == ["named", folder / DIGEST[:2] / DIGEST[2:4], folder / DIGEST[:2], folder]


def test_a_file_that_was_altered_is_refused_and_reported(caplog):
    content_store.put(CONTENT)
    for altered in (CONTENT[:-1], CONTENT + b"\n", b"", CONTENT.replace(b"bracket", b"flanges")):
        alter(DIGEST, altered)
        caplog.clear()
        with pytest.raises(content_store.ContentAltered, match="altered on disk") as refusal:
            content_store.open_verified(DIGEST)
        with pytest.raises(content_store.ContentAltered):
            content_store.verify(DIGEST)
        assert (refusal.value.status, refusal.value.code) == (410, "content_altered")
        assert f"content {DIGEST} was altered" in caplog.text


def test_a_file_that_is_missing_is_refused_and_reported(caplog):
    content_store.put(CONTENT)
    content_store.path_of(DIGEST).unlink()
    with pytest.raises(content_store.ContentMissing) as refusal:
        content_store.open_verified(DIGEST)
    assert (refusal.value.status, refusal.value.code) == (410, "content_missing")
    assert f"content {DIGEST} cannot be read" in caplog.text

    content_store.path_of(DIGEST).mkdir()  # there, and no file
    with pytest.raises(content_store.ContentMissing):
        content_store.verify(DIGEST)


def test_putting_it_once_more_mends_a_file_that_was_altered():
    content_store.put(CONTENT)
    alter(DIGEST, b"something else")

    content_store.put(CONTENT)

    content_store.verify(DIGEST)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", DIGEST[:-1], DIGEST + "0", DIGEST.upper(), "٣" * 64, f"{DIGEST}\n", "g" * 64]
)
def test_what_is_no_digest_leads_nowhere(name):
    for use in (content_store.path_of, content_store.open_verified, content_store.verify):
        with pytest.raises(ValueError, match="not a SHA-256 digest"):
            use(name)


@given(st.binary(max_size=5000))
def test_any_content_is_read_back_as_it_was_put(content):
    stored = content_store.put(content)

    assert stored == (hashlib.sha256(content).hexdigest(), len(content))
    with content_store.open_verified(stored.digest) as file:
        assert file.read() == content
