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


class NothingLeftBehind(Refusal):
    """A certificate comes late at a step that the part has left, and at no other."""

    code = "nothing_left_behind"

    def __init__(self, serial_id: str):
        super().__init__(f"{serial_id} has left no step yet: nothing comes late")


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


# --- Revisions and revocation


class CertificateSuperseded(Refusal):
    """There is a newer revision: parts get that one. ``newest`` is its id."""

    code = "certificate_superseded"

    def __init__(self, certificate_id: str, newest: str):
        super().__init__(f"Certificate {certificate_id} was superseded; take {newest}, its newest revision")


class SupersededMeanwhile(Conflict):
    """Only the newest revision can be put right or revoked."""

    code = "certificate_superseded"

    def __init__(self, certificate_id: str, newest: str):
        super().__init__(f"Certificate {certificate_id} was superseded already; its newest revision is {newest}")


class CertificateRevoked(Refusal):
    """A revoked certificate goes on no further part."""

    code = "certificate_revoked"

    def __init__(self, certificate_id: str):
        super().__init__(f"Certificate {certificate_id} was revoked, cannot attach cert")


class RevokedAlready(Conflict):
    """What was revoked stays so: it can be neither put right nor revoked again."""

    code = "certificate_revoked"

    def __init__(self, certificate_id: str):
        super().__init__(f"Certificate {certificate_id} was revoked already; record a new certificate instead")


# --- Documents


class DocumentRefusal(Refusal):
    """A file that cannot be kept; the sentence names it as its sender did."""

    code = "document_unreadable"

    def __init__(self, message: str):
        super().__init__(message, errors={"documents": [message]})


class DocumentTooLarge(DocumentRefusal):
    """More bytes than a document may have: 413."""

    status = 413
    code = "document_too_large"

    def __init__(self, name: str, most_bytes: int):
        super().__init__(f"Document {name} is larger than {most_bytes // 1024**2} MB")


class DocumentEmpty(DocumentRefusal):
    """A file without content."""

    def __init__(self, name: str):
        super().__init__(f"Document {name} is empty")


class DocumentOfAnotherType(DocumentRefusal):
    """By its content it is none of the kinds that are kept, whatever it is called."""

    code = "document_type"

    def __init__(self, name: str):
        super().__init__(f"Document {name} is no PDF, JPEG, PNG or TIFF file")


class DocumentProtected(DocumentRefusal):
    """A PDF that only opens with a password is of no use to whoever does not have it."""

    code = "document_protected"

    def __init__(self, name: str):
        super().__init__(f"Document {name} is protected with a password; save it without one and add it again")


class DocumentHasTooManyPixels(DocumentRefusal):
    """A small file can hold a picture that fills the memory of whoever opens it."""

    code = "document_too_many_pixels"

    def __init__(self, name: str, most_pixels: int):
        super().__init__(f"Document {name} has more than {most_pixels // 10**6} megapixels on a page")


class DocumentUnreadable(DocumentRefusal):
    """It begins as one of the kinds does, and is not whole."""

    def __init__(self, name: str):
        super().__init__(f"Document {name} cannot be read: it is damaged or incomplete")
