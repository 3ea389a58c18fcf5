"""Certificates that forms offer to pick from."""

from certificates.models import Certificate
from certificates.selecting import IN_FORCE
from shopplanr.lookup import is_plausible_id

OFFERED = 40
"""The latest. Any other one is scanned, or attached on its own page."""


def certificates(kind: str = "", *, in_hand: str = "") -> list[Certificate]:
    """Return the latest certificates that parts may get, of one type where ``kind`` says it.

    And the one in hand, however old it is. One query, or two.
    """
    rows = (
        Certificate.objects.filter(IN_FORCE).order_by("-created_at", "-id").only("id", "name", "type", "en10204_type")
    )
    offered = list((rows.filter(type=kind) if kind else rows)[:OFFERED])
    if is_plausible_id(in_hand) and in_hand not in {each.pk for each in offered}:
        offered += rows.filter(pk=in_hand)
    return offered
