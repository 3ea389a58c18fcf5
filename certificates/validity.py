"""When a certification holds: the days from one date to another, both included."""

from datetime import date


def covers(valid_from: date | None, expiration_date: date | None, day: date) -> bool:
    """Tell whether ``day`` lies within the two dates. Both ends count; an end that is not known is open."""
    return (valid_from is None or valid_from <= day) and (expiration_date is None or day <= expiration_date)


def in_order(valid_from: date | None, expiration_date: date | None) -> bool:
    """Tell whether there is a day that the two dates cover."""
    return valid_from is None or expiration_date is None or valid_from <= expiration_date
