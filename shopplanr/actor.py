"""Who does something: the person that an entry names, and the credential that called."""

from dataclasses import dataclass

from shopplanr.refusals import Invalid

ANONYMOUS = "anonymous"
"""The name of a kiosk's caller where the contract lets ``userId`` be left out."""

KIOSK = "kiosk"
"""The credential of whoever stands at a kiosk: what is said of them there is their own word."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a service acts.

    ``user_id`` is what the record shows: a user's id, or a kiosk's free text. ``called_by`` says who really called,
    where that is somebody else, and ``credential`` with what: ``session``, ``kiosk``, ``command`` or a token's id.
    Both are text, because they outlive accounts.
    """

    user_id: str | None
    called_by: str = ""
    credential: str = ""

    def identified(self, field: str = "userId") -> str:
        """Return ``user_id``; raise the documented ``userId is required`` where a kiosk named nobody.

        Services call it behind their other checks, which the contract lists first.
        """
        if not self.user_id:
            raise Invalid.required(field)
        return self.user_id
