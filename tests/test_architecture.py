"""How the code is cut up, held by reading it: imports point one way, rules stay pure, modules stay readable."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("audit", "certificates", "serials", "shopplanr")

LONGEST_MODULE_LINES = 400

IN_ONE_PIECE = {"audit/offline/verify_audit.py"}
"""Longer, because an auditor takes it along as one file."""

CORE = (
    "actor",
    "clock",
    "content_store",
    "csv_lines",
    "fields",
    "ids",
    "kept_content",
    "lookup",
    "refusals",
    "shared_counts",
    "spreadsheets",
    "stored_files",
    "uploads",
    "values",
)
"""What everything else stands on."""

RULES = (
    *("serials.photos", "serials.routing", "serials.scheduling", "serials.second_person", "serials.tags"),
    *("certificates.coverage", "certificates.validity"),
)
"""Rules over plain values."""

FORBIDDEN = {
    "audit": ("serials", "certificates"),
    "serials": ("certificates",),
    **{
        f"shopplanr.{name}": ("audit", "serials", "certificates", "shopplanr.accounts", "shopplanr.api")
        for name in CORE
    },
    # the trail counts here, and the answers to an outage must not need what may be gone
    **{
        f"shopplanr.watch.{name}": ("audit", "serials", "certificates", "shopplanr.accounts", "shopplanr.api")
        for name in ("exchange", "figures", "logs", "migrating", "outages", "routes", "statements")
    },
    "shopplanr.idempotency": ("audit", "serials", "certificates", "shopplanr.api"),
    # what a scan does is one rule, for pages and programs alike; what a code says is another
    "shopplanr.floor.scanning": ("rest_framework", "django.http", "shopplanr.api", "shopplanr.floor.views"),
    "shopplanr.floor.codes": ("rest_framework", "django.db", "shopplanr.floor.models", "serials", "certificates"),
    # the rules know nothing of who asks, nor of what keeps the answer
    **dict.fromkeys(
        RULES,
        ("django", "rest_framework", "serials.models", "serials.services", "certificates.models", "audit"),
    ),
    **{
        f"{app}.services": (
            f"{app}.api",
            f"{app}.admin",
            "rest_framework",
            "django.http",
            "django.views",
            "shopplanr.api",
        )
        for app in ("serials", "certificates")
    },
    # reads for pages and API alike; they change nothing
    **dict.fromkeys(
        ("serials.queues", "serials.board", "serials.job_list", "serials.route_board"),
        ("serials.services", "serials.api", "serials.admin", "rest_framework", "django.http", "shopplanr.api"),
    ),
    # what comes in by file goes through the services, and pages are one way of many to it
    "certificates.exchange": (
        *("certificates.api", "certificates.admin", "rest_framework"),
        *("django.http", "django.views", "django.contrib.admin", "shopplanr.api"),
    ),
    # it opens what comes from outside, so nothing of the site is in its reach
    "certificates.exchange.workbook_process": ("django", "audit", "serials", "certificates", "shopplanr"),
    **{
        f"{app}.models": (f"{app}.services", f"{app}.api", f"{app}.admin")
        for app in ("audit", "serials", "certificates")
    },
}
"""Which modules (with what is in them) import which others never, from wherever in their code."""


def name_of(path: Path) -> str:
    """Return a module's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, tuple[Path, ast.Module]]:
    """Return every module of the product by its name, without migrations, which nobody reads again."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {name_of(path): (path, ast.parse(path.read_text())) for path in paths if "migrations" not in path.parts}


def imports_of(tree: ast.Module) -> set[str]:
    """Return what a module imports, also within its functions, by name; ``from a import b`` is ``a`` and ``a.b``."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they point"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in LOADERS:
            found |= {argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)}
    return found


LOADERS = ("import_module", "__import__", "import_string", "get_model", "get_app_config")
"""Calls that import what they name."""


def within(name: str, package: str) -> bool:
    """Tell whether a module is the package, or in it."""
    return name == package or name.startswith(f"{package}.")


def names_in(package: str) -> list[str]:
    """Return the names of the modules in a package."""
    found = [name for name in modules() if within(name, package)]
    assert found, f"there is no {package} any more: adapt these tests"
    return found


@pytest.mark.parametrize("importer", FORBIDDEN)
def test_imports_point_one_way(importer):
    wrong = {
        f"{name} imports {imported}"
        for name in names_in(importer)
        for imported in imports_of(modules()[name][1])
        for forbidden in FORBIDDEN[importer]
        if within(imported, forbidden)
    }
    assert wrong == set()


def test_the_product_runs_without_what_tests_and_measures_it():
    beside = ("tests", "bench", "scripts", "pytest", "hypothesis")
    wrong = {
        f"{name} imports {imported}"
        for name, (_, tree) in modules().items()
        for imported in imports_of(tree)
        if any(within(imported, package) for package in beside)
    }
    assert wrong == set()


def test_the_ways_of_importing_are_all_seen():
    tree = ast.parse(
        "import a.b\ndef f():\n  from c import d\n  import_module('e')\n  apps.get_model('f', 'G')\n  __import__('h')"
    )
    assert imports_of(tree) == {"a.b", "c", "c.d", "e", "f", "h"}


def test_the_rules_load_without_django():
    rules = ", ".join(RULES)
    code = f"import sys, {rules}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_time_is_read_in_one_place():
    """So that the demo shop's past, and a test's present, are what everything goes by."""
    readers = {
        name
        for name, (_, tree) in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date", "timezone")
    }
    assert readers == {"shopplanr.clock"}


WRITERS = {"create", "update", "delete", "save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def writes_of(tree: ast.Module) -> set[str]:
    """Return the calls that write rows through a manager: ``Job.objects.filter(…).update(…)``."""
    return {
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITERS
        and any(isinstance(inner, ast.Attribute) and inner.attr == "objects" for inner in ast.walk(node.func))
    }


@pytest.mark.parametrize("layer", ["api", "admin"])
@pytest.mark.parametrize("app", ["audit", "serials", "certificates"])
def test_what_faces_people_and_programs_writes_through_services_only(app, layer):
    for name in names_in(f"{app}.{layer}"):
        assert writes_of(modules()[name][1]) == set(), name


def test_every_module_is_short_enough_to_be_read_in_one_sitting():
    paths = [path for path, _ in modules().values()]
    paths += [path for folder in ("tests", "scripts") for path in (ROOT / folder).rglob("*.py")]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in paths}
    assert {name for name, lines in lengths.items() if lines > LONGEST_MODULE_LINES} == IN_ONE_PIECE


SPOKEN_FOR = (
    "audit",
    "serials.services",
    "certificates.services",
    "certificates.exchange",
    "serials.board",
    "serials.due_dates",
    "serials.job_list",
    "serials.queues",
    "serials.route_board",
    *RULES,
    "shopplanr.idempotency",
    "shopplanr.watch",
    *[f"shopplanr.{name}" for name in CORE],
)


@pytest.mark.parametrize("package", SPOKEN_FOR)
def test_every_public_function_says_what_it_does(package):
    silent = [
        f"{name}.{node.name}"
        for name in names_in(package)
        for node in modules()[name][1].body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_says_what_it_is_about():
    excused = ("apps.py", "__init__.py")  # an app's one class says it; a package's modules do
    silent = [
        name for name, (path, tree) in modules().items() if not ast.get_docstring(tree) and path.name not in excused
    ]
    assert silent == []
