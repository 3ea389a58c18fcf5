"""Trying PINs and codes, and what is left of it."""

import pytest

from shopplanr.accounts.models import PinCredential
from shopplanr.accounts.pins import verify
from shopplanr.refusals import Refusal
from tests.accounts.factories import DEVICE

WRONG = "9999"
NEW = "7412"


def refused(call, *arguments) -> Refusal:
    """Return how a call is refused."""
    with pytest.raises(Refusal) as refusal:
        call(*arguments)
    return refusal.value


def guess(user, times: int = 1, device: str = DEVICE) -> Refusal:
    """Type a wrong PIN, each time after the pause that the last one cost; return the last refusal."""
    for _ in range(times):
        PinCredential.objects.filter(pk=user.pk).update(locked_until=None)
        refusal = refused(verify, user.pk, WRONG, device)
    return refusal


def stored(user) -> PinCredential:
    """Return what is stored of the user's PIN."""
    return PinCredential.objects.get(pk=user.pk)
