"""The documents name what there is, and nothing else."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def _settings_read() -> set[str]:
    code = (ROOT / "shopplanr" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'_environment\.\w+\(\s*"([A-Z_]+)"', code))


def test_every_setting_is_documented():
    documented = set(re.findall(r"^\| `([A-Z_]+)`(?:, `([A-Z_]+)`)?", (ROOT / "docs/settings.md").read_text(), re.M))
    names = {name for pair in documented for name in pair if name}

    assert names == _settings_read()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))

    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]

    assert missing == []


def test_the_threat_model_names_tests_that_there_are():
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?|test_\w+\.py)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))

    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(f"tests/*/{name}"))] == []


def test_every_make_target_that_a_document_names_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))

    named = {
        target
        for document in DOCUMENTS
        for target in re.findall(r"`(?:\w+=\S* )*make ([a-z]+)", document.read_text(encoding="utf-8"))
    }

    assert named <= targets
