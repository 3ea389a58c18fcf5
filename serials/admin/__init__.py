"""Jobs, paths, steps and parts in the admin: found, looked at, and changed through the services."""

from serials.admin import jobs, libraries, naming, parts, paths, progress, templates

__all__ = ["jobs", "libraries", "naming", "parts", "paths", "progress", "templates"]
