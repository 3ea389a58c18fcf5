"""Jobs, paths, steps, parts and notes in the admin: found, looked at, and changed through the services."""

from serials.admin import approvals, jobs, libraries, naming, notes, parts, paths, progress, requirements, templates

__all__ = [
    "approvals",
    "jobs",
    "libraries",
    "naming",
    "notes",
    "parts",
    "paths",
    "progress",
    "requirements",
    "templates",
]
