"""The counter that numbers every part in the system."""

from django.db.models import F

from serials.models import SerialCounter


def take_numbers(quantity: int) -> int:
    """Take ``quantity`` consecutive numbers; return the first.

    Within the caller's transaction: the counter's row stays locked until that ends, so concurrent batches get their
    ranges one after the other, and a batch that is refused gives its numbers back.
    """
    SerialCounter.objects.filter(pk=1).update(last_number=F("last_number") + quantity)
    return SerialCounter.objects.values_list("last_number", flat=True).get(pk=1) - quantity + 1
