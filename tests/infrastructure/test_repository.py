"""What may not be in the repository: addresses of registries, paths of a machine, requirements without hashes."""

import re
import subprocess
from pathlib import Path

import pytest

from shopplanr.demo.people import PIN

ROOT = Path(__file__).resolve().parents[2]

REQUIREMENT_SETS = ("base", "dev", "browser", "pgserver")

# Put together here, so that this file itself has none of them.
FORBIDDEN = [
    "://" + "pypi",
    "files." + "pythonhosted",
    "registry." + "npmjs",
    "/" + "work/",
    "/" + "root/",
    "." + "library",
    "--index" + "-url",
    "--find" + "-links",
]

LOCK_FILES = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "package-lock.json", "yarn.lock"}


def committed_files() -> list[Path]:
    """Return what is in the repository or would be with the next commit."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def readable(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # pictures and the like


def test_no_file_names_a_registry_or_a_path_of_a_machine():
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in committed_files()
        for text in FORBIDDEN
        if text in readable(path)
    ]
    assert found == []


SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a token of ours": r"\bspk_[A-Za-z0-9_-]{43}\b",
    "a token of somebody else's": r"\b(?:gh[pousr]_[A-Za-z0-9]{30}|github_pat_\w{30}|glpat-\w{18}|xox[abpr]-\w{10})",
    "an access key": r"\bA(?:KIA|SIA)[0-9A-Z]{16}\b",
    "a signed web token": r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.",
    "a password in an address": r"\b(?:postgres|postgresql|https?|smtp)://\w+:(?!(?:password|secret|s3cret|pass)@)[^\s@/{}<>'\"$]+@[\w.]",
    "a secret that is set": r"(?m)^(?:export )?\w*(?:SECRET_KEY|_TOKEN|PASSWORD|API_KEY) *= *['\"]?[\w+/-]{20}",
}
"""What is nobody's business, as it would look if somebody committed it."""

ONE_OF_EACH = (
    "-----BEGIN " + "RSA PRIVATE KEY-----",
    "Token " + "spk_" + "aB3-_" * 8 + "xyz.",
    "gh" + "p_" + "a1" * 18,
    "AKI" + "A" + "Z7" * 8,
    "ey" + "J" + "a" * 20 + ".ey" + "J" + "b" * 20 + ".c",
    "postgres" + "://shop:hunter2@db.example/shop",
    "SECRET" + "_KEY=" + "x7" * 20,
)


def test_no_file_has_a_secret():
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for path in committed_files()
        for what, pattern in SECRETS.items()
        if re.search(pattern, readable(path))
    ]
    assert found == []


def test_each_kind_of_secret_would_be_found():
    assert [sum(bool(re.search(pattern, text)) for pattern in SECRETS.values()) for text in ONE_OF_EACH] == [1] * 7


def test_documents_name_no_pin_or_password_but_the_demos():
    for path in committed_files():
        if path.suffix in {".md", ".html", ".sh"} or path.name == "Makefile":
            named = re.findall(r"\b(?:PIN|password)s?:? +(?:is +)?[`*'\"]?([0-9]{4,8})\b", readable(path))
            assert set(named) <= {PIN}, path


def test_there_are_no_lock_files_with_addresses():
    assert [path.name for path in committed_files() if path.name in LOCK_FILES] == []


def test_nothing_that_a_run_leaves_behind_would_be_committed():
    left = [path for path in committed_files() if path.suffix in {".sqlite3", ".pyc"} or "var" in path.parts[:1]]
    assert left == []


@pytest.mark.parametrize("name", REQUIREMENT_SETS)
def test_every_requirement_is_pinned_and_hashed(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    requirements = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip() and not entry.startswith("#")]
    assert requirements
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._\[\]-]+==[^ ;]+( ;.*)? \\\n", requirement), requirement
        assert "--hash=sha256:" in requirement
    assert "://" not in text


def test_the_sets_agree_on_every_version():
    versions: dict[str, set[str]] = {}
    for name in REQUIREMENT_SETS:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;]+)", text, re.MULTILINE):
            versions.setdefault(package, set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", ["manage.py", ".ci/run", "scripts/install.sh"])
def test_what_is_started_by_name_is_executable(name):
    assert (ROOT / name).stat().st_mode & 0o111
