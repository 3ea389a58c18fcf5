"""Adding documents to certificates, and finding them."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import trail
from audit.models import Action
from certificates import documents, refusals, standing
from certificates.models import Certificate, CertificateDocument
from shopplanr import content_store
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import Invalid, NotFound

UPLOADS_MAX = 5
"""Files in one go."""
DOCUMENTS_MAX = 100
"""Documents of one revision."""
ALSO_ON_MAX = 100
"""Other certificates with the same file that are named."""


class Upload(NamedTuple):
    """A file as it came: what its sender called it, how large it is, and its content, to be read from the beginning."""

    name: str
    size_bytes: int
    file: BinaryIO


class Kept(NamedTuple):
    """A file that is in the content store, and not yet a document."""

    file_name: str
    content_type: str
    size_bytes: int
    digest: str


class Added(NamedTuple):
    """The documents of a call, one per file in the order given, and whether any of them is new."""

    documents: list[CertificateDocument]
    any_new: bool


def add(certificate_id: object, uploads: Sequence[Upload], actor: Actor) -> Added:
    """Add files to a certificate: all of them or none. One that it has already is the document that it was then.

    Raises ``Certificate not found``, ``documents is required``, ``userId is required``, what ``keep`` raises, and
    ``SupersededMeanwhile``: what was wrong in an older revision no document puts right.
    """
    certificate = standing.find(certificate_id)
    if not uploads:
        raise Invalid.required("documents")
    actor.identified()
    _require_newest(certificate)
    # Reading and storing files takes long, and on SQLite a transaction keeps everybody else from writing.
    kept = keep(uploads)
    with transaction.atomic():
        certificate = lock(certificate.pk)
        _require_newest(certificate)
        return write(certificate, kept, actor)


def keep(uploads: Sequence[Upload]) -> list[Kept]:
    """Look at all files, then put them into the content store; to be called before a transaction.

    Raises ``documents must have at most … items``, and what ``certificates.documents.look_at`` raises.
    """
    if len(uploads) > UPLOADS_MAX:
        raise Invalid.field("documents", f"documents must have at most {UPLOADS_MAX} items", code="too_many")
    types = [documents.look_at(upload.file, upload.name, upload.size_bytes) for upload in uploads]
    return [_stored(upload, content_type) for upload, content_type in zip(uploads, types, strict=True)]


def _stored(upload: Upload, content_type: str) -> Kept:
    upload.file.seek(0)
    stored = content_store.put(upload.file)
    return Kept(documents.kept_name(upload.name), content_type, stored.size_bytes, stored.digest)


def write(certificate: Certificate, kept: Sequence[Kept], actor: Actor) -> Added:
    """Make documents of a new or locked certificate from files that are kept, within the caller's transaction.

    An audit entry for each new one; a constant number of statements.
    """
    there = {document.digest: document for document in certificate.documents.all()} if kept else {}
    new: dict[str, Kept] = {}
    for each in kept:
        if each.digest not in there:
            new.setdefault(each.digest, each)
    if len(there) + len(new) > DOCUMENTS_MAX:
        message = f"a certificate must have at most {DOCUMENTS_MAX} documents"
        raise Invalid.field("documents", message, code="too_many")
    made = CertificateDocument.objects.bulk_create(
        CertificateDocument(certificate=certificate, uploaded_by=actor.identified(), **each._asdict())
        for each in new.values()
    )
    trail.record_all(Action.CERT_DOCUMENT_ADDED, actor, (_told(document) for document in made))
    there |= {document.digest: document for document in made}
    return Added([there[each.digest] for each in kept], bool(made))


def _told(document: CertificateDocument) -> dict[str, object]:
    about = {
        "documentId": document.public_id,
        "fileName": document.file_name,
        "contentType": document.content_type,
        "sizeBytes": document.size_bytes,
        "digest": document.digest,
    }
    return {"cert_id": document.certificate_id, "metadata": about}


def lock(certificate_id: str) -> Certificate:
    """Lock the certificate's row until the transaction ends and return it with its standing as it is then.

    Two who put the same certificate right, revoke it, or add the same file get their turns one after the other. (On
    SQLite the transaction itself is exclusive from its first statement.)
    """
    get_or_refuse(Certificate.objects.select_for_update(no_key=True), certificate_id, "Certificate")
    return standing.find(certificate_id)


def _require_newest(certificate: Certificate) -> None:
    if certificate.superseded_by_id:
        raise refusals.SupersededMeanwhile(certificate.pk, standing.newest_of(certificate))


# --- Reading


def of_certificate(certificate: Certificate) -> QuerySet[CertificateDocument]:
    """Return the documents of this revision and of those before it, oldest first."""
    earlier = Q(certificate__first_revision=certificate.series, certificate__revision__lt=certificate.revision)
    shown = Q(certificate=certificate.pk) | Q(certificate=certificate.series) | earlier
    return CertificateDocument.objects.filter(shown).order_by("sequence")


def find(certificate_id: object, document_id: object) -> CertificateDocument:
    """Return the document of the certificate; raise ``Document not found``, also where it is another certificate's."""
    document = None
    if is_plausible_id(certificate_id) and is_plausible_id(document_id):
        rows = CertificateDocument.objects.filter(public_id=document_id, certificate=certificate_id)
        document = rows.first()
    if document is None:
        raise NotFound.of("Document", document_id)
    return document


def put_where_else(shown: Iterable[CertificateDocument]) -> list[CertificateDocument]:
    """Put ``also_on`` on every document: the ids of other certificates that have the same file, None where none has.

    One query, whatever their number.
    """
    shown = list(shown)
    others: dict[str, list[str]] = {}
    rows = CertificateDocument.objects.filter(digest__in={document.digest for document in shown}).order_by("sequence")
    for digest, certificate_id in rows.values_list("digest", "certificate"):
        others.setdefault(digest, []).append(certificate_id)
    for document in shown:
        where = [each for each in others.get(document.digest, ()) if each != document.certificate_id]
        document.also_on = where[:ALSO_ON_MAX] or None
    return shown
