"""Jobs, paths, steps and parts in the admin: found, looked at, and changed through the services."""

from serials.admin import jobs, naming, parts, paths, progress

__all__ = ["jobs", "naming", "parts", "paths", "progress"]
