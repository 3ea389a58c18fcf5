"""``/api/certs/:id/documents``: the files that belong to a certificate."""

from django_filters import FilterSet, filters
from rest_framework.response import Response

from certificates.api.shapes import CertDocumentShape, DocumentsForm
from certificates.documents import saved_name
from certificates.models import Certificate, CertificateDocument, DocumentType
from certificates.services import documents
from shopplanr import stored_files
from shopplanr.accounts.actors import actor_for
from shopplanr.api.forms import FormParser, files_of
from shopplanr.api.listing import Listing
from shopplanr.api.schema import documented, file_of_record
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse
from shopplanr.uploads import DOCUMENTS, takes_files


class DocumentFilters(FilterSet):
    """Documents of one certificate."""

    certId = filters.CharFilter(field_name="certificate", label="Added to this revision.")
    contentType = filters.ChoiceFilter(field_name="content_type", choices=DocumentType.choices, label="Of this type.")
    uploadedBy = filters.CharFilter(field_name="uploaded_by", label="Added by this person.")

    class Meta:
        model = CertificateDocument
        fields: list[str] = []


def _document_writer(rows, first, complete):
    def write(chunk):
        return CertDocumentShape.each(documents.put_where_else(chunk))

    return write


class DocumentViewSet(ApiViewSet):
    """Documents of certificates: kept as they came, served as they were kept."""

    parser_classes = (FormParser,)
    listings = {
        "documents": Listing(
            filterset=DocumentFilters,
            orderings={"uploadedAt": "sequence", "fileName": "file_name", "bytes": "size_bytes"},
            default=("sequence",),
            writer=_document_writer,
        ),
    }

    @documented("List a certificate's documents", answer=CertDocumentShape, many=True)
    def documents(self, request, id):
        """Oldest first, those of the revisions before it as well."""
        certificate = get_or_refuse(Certificate.objects.all(), id, "Certificate")
        return self.listings["documents"].answer(request, documents.of_certificate(certificate))

    @takes_files(DOCUMENTS)
    @documented("Add documents to a certificate", form=DocumentsForm, answer=CertDocumentShape, many=True, code=201)
    def add_documents(self, request, id):
        """All of them or none. A file that the certificate has already is not new; 200 where none of them is."""
        files = [documents.Upload(file.name, file.size, file) for file in files_of(request, "documents")]
        actor = actor_for(request, request.POST.get("userId"))
        added = documents.add(id, files, actor)
        shown = CertDocumentShape.each(documents.put_where_else(added.documents))
        return Response(shown, status=201 if added.any_new else 200)

    @file_of_record("Get a document of a certificate", *DocumentType.values)
    def document_content(self, request, id, document_id):
        """As it came, to be saved. 410 where the file was altered on disk since, or is missing."""
        document = documents.find(id, document_id)
        return stored_files.download(
            request, document.digest, document.content_type, saved_name(document.file_name, document.content_type)
        )
