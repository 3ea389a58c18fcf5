"""What a check has found, as it is said: all of it when it is little, and else enough to know what to repair."""

from collections.abc import Sequence

MOST_NAMED = 5


def shortened(those: Sequence[str]) -> list[str]:
    """Return the first few, and how many more there are."""
    rest = len(those) - MOST_NAMED
    return [*those[:MOST_NAMED], *([f"and {rest} more"] if rest > 0 else [])]
