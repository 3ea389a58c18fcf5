"""How much hypothesis generates on which engine.

What is generated is for the rules, which are the same on every engine: SQLite gets all of it. On PostgreSQL a part is
enough to meet its types, constraints and locks. HYPOTHESIS_PROFILE=thorough generates as much on both.
"""

from django.db import connection
from hypothesis import settings

IS_QUICK = settings().max_examples <= 50

IS_WHOLE = not IS_QUICK or connection.vendor == "sqlite"
"""Whether this engine gets all of it."""


def share_of(examples: int) -> int:
    """Return how many of so many examples are tried on this engine: all, or a third."""
    return examples if IS_WHOLE else max(1, examples // 3)
