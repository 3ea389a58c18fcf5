"""Jobs, paths, steps and parts in the admin: found, looked at, and changed through the services."""

# While this is being built beside other work: modules that are not there yet are passed over. Becomes a plain import.
from importlib import import_module
from pathlib import Path

for _name in ("jobs", "naming", "parts", "paths", "progress"):
    if (Path(__file__).parent / f"{_name}.py").exists():
        import_module(f"serials.admin.{_name}")
