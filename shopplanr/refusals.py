"""What the product says when it does not do what it was asked to do.

A rule that refuses raises a ``Refusal``: an HTTP status, a stable ``code`` for machines, and a sentence for people.
Page, API, admin and commands show that same sentence. The sentences that the contract documents are matched on by
integrators, to the letter.
"""

from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """A request that was understood and is not carried out; it leaves no trace."""

    status = 400
    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        errors: Mapping[str, Sequence[str]] | None = None,
    ):
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.errors = dict(errors) if errors else None


class NotFound(Refusal):
    """There is no such record."""

    status = 404
    code = "not_found"

    @classmethod
    def of(cls, noun: str, identifier: object) -> "NotFound":
        """Return the documented sentence, for example ``Job not found: job_x``."""
        return cls(f"{noun} not found: {identifier}")


class Invalid(Refusal):
    """A value in the request is missing or unusable; ``errors`` names the field."""

    code = "invalid"

    @classmethod
    def field(cls, name: str, message: str, code: str | None = None) -> "Invalid":
        """Return a refusal whose sentence is also filed under the field at fault."""
        return cls(message, code=code, errors={name: [message]})

    @classmethod
    def required(cls, name: str) -> "Invalid":
        """Return the documented ``{name} is required``."""
        return cls.field(name, f"{name} is required", code="required")


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"


class Conflict(Refusal):
    """The request collides with what is stored."""

    status = 409
    code = "conflict"
