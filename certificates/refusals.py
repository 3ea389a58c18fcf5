"""The refusals about certificates, with the sentences that api.md documents, and about products' certifications."""

from collections.abc import Mapping

from shopplanr.refusals import Conflict, Invalid, Refusal


class AttachToCompleted(Refusal):
    """A part that has left its path takes no more certificates; in a selection, the sentence names the part."""

    code = "serial_completed"

    def __init__(self, serial_id: str = ""):
        super().__init__("Serial is already completed, cannot attach cert" + (f": {serial_id}" if serial_id else ""))


class LateWithoutReason(Refusal):
    """The part has left the step: a certificate for it comes late, and the record has to say why."""

    code = "late_reason_required"

    def __init__(self, serial_id: str, step_name: str):
        message = f"{serial_id} has left {step_name} already: say why the certificate comes late (lateReason)"
        super().__init__(message, errors={"lateReason": [message]})


class AttachAhead(Refusal):
    """A certificate vouches for what was done; where the part has not been yet there is nothing to vouch for."""

    code = "step_not_reached"

    def __init__(self, serial_id: str, step_name: str):
        super().__init__(f"{serial_id} has not reached {step_name} yet, cannot attach cert there")


class CertificateRequired(Refusal):
    """A step asks for certificates that the part does not have. ``errors`` has a sentence by each requirement's id."""

    code = "certificate_required"

    def __init__(self, message: str, by_requirement: Mapping[str, str]):
        super().__init__(message, errors={key: [sentence] for key, sentence in by_requirement.items()})


class DoesNotFulfil(Refusal):
    """To attach this certificate to what misses another kind would help nobody."""

    code = "certificate_does_not_fulfil"

    def __init__(self, name: str, asked: str):
        message = f"{name} is not what is asked for: {asked}"
        super().__init__(message, errors={"certId": [message]})


class InvalidGtin(Invalid):
    """What was given can be no product's number: told apart from a number that no product has, which is a 404."""

    code = "invalid_gtin"

    def __init__(self, field: str, why: str):
        message = f"{field} {why}"
        super().__init__(message, errors={field: [message]})


class ProductExists(Conflict):
    """A product is known by its number, so there is one of each."""

    code = "product_exists"

    def __init__(self, gtin: str):
        super().__init__(f"Product exists already: {gtin}")


class AlreadyAssigned(Conflict):
    """A product has a certification once; what is to be different is a PATCH."""

    code = "already_assigned"

    def __init__(self, gtin: str, certification_id: str):
        super().__init__(f"Certification is assigned to this product already: {gtin}/{certification_id}")


class EndsBeforeItStarts(Invalid):
    """No day would be covered; also where only one of the two dates is changed."""

    code = "ends_before_start"

    def __init__(self):
        message = "expiration_date must not be before valid_from"
        super().__init__(message, errors={"expiration_date": [message]})


class OutlivedBeforeItHolds(Invalid):
    """No day would be covered by the certificate."""

    code = "ends_before_start"

    def __init__(self):
        message = "validTo must not be before validFrom"
        super().__init__(message, errors={"validTo": [message]})
