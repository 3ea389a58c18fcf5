"""The table of the API: every path, every verb, the action behind it, and the right that it needs.

The routes are made from it, the permission check reads it, and the tests walk through it cell by cell.
"""

from dataclasses import dataclass

from django.urls import URLPattern, path
from rest_framework.viewsets import ViewSet

from audit.api import AuditViewSet
from certificates.api.assignments import AssignmentViewSet
from certificates.api.catalogue import CertificationViewSet, ProductViewSet
from certificates.api.certs import CertificateViewSet
from certificates.api.documents import DocumentViewSet
from certificates.api.jobs import ProductJobViewSet
from certificates.api.serials import CertifiedSerialViewSet
from certificates.api.trace import TraceViewSet
from certificates.api.where_used import WhereUsedViewSet
from serials.api.approvals import ApprovalViewSet
from serials.api.libraries import LibraryViewSet
from serials.api.notes import NoteViewSet
from serials.api.operator import BoardViewSet, OperatorViewSet
from serials.api.paths import PathViewSet, StepViewSet
from serials.api.templates import TemplateViewSet
from shopplanr.accounts.api import UserViewSet
from shopplanr.accounts.roles import DECIDING, Right
from shopplanr.api import converters  # noqa: F401  so that paths can have a <name:…>
from shopplanr.floor.api.labels import LabelViewSet
from shopplanr.floor.api.scans import ScanViewSet
from shopplanr.uploads import takes_files


@dataclass(frozen=True)
class Endpoint:
    """One path of the API: by verb, the viewset's action and the right that it needs; of several, one will do."""

    path: str
    viewset: type[ViewSet]
    verbs: dict[str, tuple[str, Right | tuple[Right, ...]]]

    def route(self) -> URLPattern:
        """Return the URL pattern."""
        actions = {verb.lower(): action for verb, (action, _) in self.verbs.items()}
        rights = dict(self.verbs.values())
        view = self.viewset.as_view(actions, rights=rights)
        for action in rights:
            if limits := getattr(getattr(self.viewset, action), "upload_limits", None):
                takes_files(limits)(view)
        return path(self.path, view)


ENDPOINTS = (
    # --- jobs, paths, steps
    Endpoint("jobs", ProductJobViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.PLAN)}),
    Endpoint("jobs/priorities", ProductJobViewSet, {"PUT": ("reorder", Right.PLAN)}),
    Endpoint("jobs/<str:id>", ProductJobViewSet, {"GET": ("retrieve", Right.READ), "PUT": ("update", Right.PLAN)}),
    Endpoint("jobs/<str:id>/coverage", ProductJobViewSet, {"GET": ("coverage", Right.READ)}),
    Endpoint("paths", PathViewSet, {"POST": ("create", Right.PLAN)}),
    Endpoint(
        "paths/<str:id>",
        PathViewSet,
        {"GET": ("retrieve", Right.READ), "PUT": ("update", Right.PLAN), "DELETE": ("destroy", Right.PLAN)},
    ),
    Endpoint("paths/<str:id>/advancement-mode", PathViewSet, {"PATCH": ("set_mode", Right.PLAN)}),
    Endpoint("steps/<str:id>", StepViewSet, {"GET": ("retrieve", Right.READ)}),
    Endpoint("steps/<str:id>/assign", StepViewSet, {"PATCH": ("assign", Right.PLAN)}),
    Endpoint("steps/<str:id>/config", StepViewSet, {"PATCH": ("configure", Right.PLAN)}),
    Endpoint("steps/<str:id>/requirements", StepViewSet, {"PUT": ("ask", Right.PLAN)}),
    # --- what routes are written with
    Endpoint("templates", TemplateViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.PLAN)}),
    Endpoint(
        "templates/<str:id>",
        TemplateViewSet,
        {"GET": ("retrieve", Right.READ), "PUT": ("update", Right.PLAN), "DELETE": ("destroy", Right.PLAN)},
    ),
    Endpoint("templates/<str:id>/apply", TemplateViewSet, {"POST": ("apply", Right.PLAN)}),
    Endpoint(
        "library/processes", LibraryViewSet, {"GET": ("processes", Right.READ), "POST": ("add_process", Right.PLAN)}
    ),
    Endpoint("library/processes/<str:id>", LibraryViewSet, {"DELETE": ("remove_process", Right.PLAN)}),
    Endpoint(
        "library/locations", LibraryViewSet, {"GET": ("locations", Right.READ), "POST": ("add_location", Right.PLAN)}
    ),
    Endpoint("library/locations/<str:id>", LibraryViewSet, {"DELETE": ("remove_location", Right.PLAN)}),
    # --- serials
    Endpoint(
        "serials", CertifiedSerialViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.CREATE_SERIALS)}
    ),
    Endpoint("serials/advance", CertifiedSerialViewSet, {"POST": ("advance_all", Right.ADVANCE)}),
    Endpoint("serials/advance-to", CertifiedSerialViewSet, {"POST": ("advance_all_to", Right.ADVANCE)}),
    Endpoint("serials/<str:id>", CertifiedSerialViewSet, {"GET": ("retrieve", Right.READ)}),
    Endpoint("serials/<str:id>/advance", CertifiedSerialViewSet, {"POST": ("advance", Right.ADVANCE)}),
    Endpoint("serials/<str:id>/advance-to", CertifiedSerialViewSet, {"POST": ("advance_to", Right.ADVANCE)}),
    Endpoint("serials/<str:id>/scrap", CertifiedSerialViewSet, {"POST": ("scrap", Right.SCRAP)}),
    Endpoint(
        "serials/<str:id>/force-complete",
        CertifiedSerialViewSet,
        {"POST": ("force_complete", Right.FORCE_COMPLETE)},
    ),
    Endpoint("serials/<str:id>/attach-cert", CertifiedSerialViewSet, {"POST": ("attach_cert", Right.ATTACH)}),
    Endpoint("serials/<str:id>/cert-attachments", CertifiedSerialViewSet, {"GET": ("cert_attachments", Right.READ)}),
    Endpoint("serials/<str:id>/label", LabelViewSet, {"GET": ("label", Right.READ)}),
    Endpoint("serials/<str:id>/trace", TraceViewSet, {"GET": ("trace", Right.READ_AUDIT)}),
    Endpoint("serials/<str:id>/step-statuses", CertifiedSerialViewSet, {"GET": ("step_statuses", Right.READ)}),
    Endpoint(
        "serials/<str:id>/overrides",
        CertifiedSerialViewSet,
        {"GET": ("overrides", Right.READ), "POST": ("create_overrides", Right.OVERRIDE)},
    ),
    Endpoint(
        "serials/<str:id>/overrides/<str:step_id>",
        CertifiedSerialViewSet,
        {"DELETE": ("reverse_override", Right.OVERRIDE)},
    ),
    Endpoint(
        "serials/<str:id>/requirement-overrides",
        CertifiedSerialViewSet,
        {"GET": ("requirement_overrides", Right.READ), "POST": ("override_requirement", Right.OVERRIDE)},
    ),
    Endpoint("serials/<str:id>/readiness", CertifiedSerialViewSet, {"GET": ("readiness", Right.READ)}),
    Endpoint(
        "serials/<str:id>/waive-step/<str:step_id>", CertifiedSerialViewSet, {"POST": ("waive_step", Right.WAIVE)}
    ),
    Endpoint(
        "serials/<str:id>/complete-deferred/<str:step_id>",
        CertifiedSerialViewSet,
        {"POST": ("complete_deferred", Right.ADVANCE)},
    ),
    # --- what one person asks for and another decides; who may decide what, its kind says
    Endpoint("approvals", ApprovalViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.ASK)}),
    Endpoint("approvals/<str:id>", ApprovalViewSet, {"GET": ("retrieve", Right.READ)}),
    Endpoint("approvals/<str:id>/approve", ApprovalViewSet, {"POST": ("approve", DECIDING)}),
    Endpoint("approvals/<str:id>/decline", ApprovalViewSet, {"POST": ("decline", DECIDING)}),
    Endpoint("approvals/<str:id>/withdraw", ApprovalViewSet, {"POST": ("withdraw", Right.ASK)}),
    # --- the floor: fixed words first, because a step may be named as one likes
    Endpoint("operator/work-queue", OperatorViewSet, {"GET": ("work_queue", Right.READ)}),
    Endpoint("operator/queue/_all", OperatorViewSet, {"GET": ("whole_queue", Right.READ)}),
    Endpoint("operator/queue/<str:user_id>", OperatorViewSet, {"GET": ("queue", Right.READ)}),
    Endpoint("operator/step/<str:id>", OperatorViewSet, {"GET": ("step", Right.READ)}),
    Endpoint("operator/named/<name:step_name>", OperatorViewSet, {"GET": ("named_station", Right.READ)}),
    Endpoint("operator/<name:step_name>", OperatorViewSet, {"GET": ("station", Right.READ)}),
    Endpoint("board", BoardViewSet, {"GET": ("board", Right.READ)}),
    # --- notes
    Endpoint("notes", NoteViewSet, {"POST": ("create", Right.NOTE)}),
    Endpoint("notes/serial/<str:id>", NoteViewSet, {"GET": ("of_serial", Right.READ)}),
    Endpoint("notes/step/<str:id>", NoteViewSet, {"GET": ("of_step", Right.READ)}),
    Endpoint("notes/<str:id>/photos/<str:photo_id>", NoteViewSet, {"GET": ("photo", Right.READ)}),
    Endpoint("notes/<str:id>/photos/<str:photo_id>/thumbnail", NoteViewSet, {"GET": ("thumbnail", Right.READ)}),
    # --- certificates
    Endpoint("certs", CertificateViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.CERTIFY)}),
    Endpoint("certs/batch-attach", CertificateViewSet, {"POST": ("batch_attach", Right.ATTACH)}),
    Endpoint("certs/<str:id>", CertificateViewSet, {"GET": ("retrieve", Right.READ)}),
    Endpoint("certs/<str:id>/attachments", CertificateViewSet, {"GET": ("attachments", Right.READ)}),
    Endpoint(
        "certs/<str:id>/documents",
        DocumentViewSet,
        {"GET": ("documents", Right.READ), "POST": ("add_documents", Right.CERTIFY)},
    ),
    Endpoint(
        "certs/<str:id>/documents/<str:document_id>/content",
        DocumentViewSet,
        {"GET": ("document_content", Right.READ)},
    ),
    Endpoint("certs/<str:id>/supersede", CertificateViewSet, {"POST": ("supersede", Right.REVOKE)}),
    Endpoint("certs/<str:id>/revoke", CertificateViewSet, {"POST": ("revoke", Right.REVOKE)}),
    Endpoint("where-used", WhereUsedViewSet, {"GET": ("find", Right.READ)}),  # the trail asks for more
    # --- products and their certifications
    Endpoint("products", ProductViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.KEEP_CATALOGUE)}),
    Endpoint(
        "products/<str:gtin>",
        ProductViewSet,
        {"GET": ("retrieve", Right.READ), "PATCH": ("partial_update", Right.KEEP_CATALOGUE)},
    ),
    Endpoint(
        "products/<str:gtin>/certifications",
        AssignmentViewSet,
        {"GET": ("certifications", Right.READ), "POST": ("assign", Right.CERTIFY_PRODUCTS)},
    ),
    Endpoint(
        "products/<str:gtin>/certifications/<str:certification_id>",
        AssignmentViewSet,
        {
            "GET": ("certification", Right.READ),
            "PATCH": ("change_certification", Right.CERTIFY_PRODUCTS),
            "DELETE": ("unassign", Right.CERTIFY_PRODUCTS),
        },
    ),
    Endpoint(
        "certifications",
        CertificationViewSet,
        {"GET": ("list", Right.READ), "POST": ("create", Right.KEEP_CATALOGUE)},
    ),
    Endpoint(
        "certifications/<str:id>",
        CertificationViewSet,
        {"GET": ("retrieve", Right.READ), "PATCH": ("partial_update", Right.KEEP_CATALOGUE)},
    ),
    # --- audit
    Endpoint("audit", AuditViewSet, {"GET": ("list", Right.READ_AUDIT)}),
    Endpoint("audit/verify", AuditViewSet, {"GET": ("verify", Right.READ_AUDIT)}),
    Endpoint("audit/export", AuditViewSet, {"GET": ("export", Right.READ_AUDIT)}),
    Endpoint("audit/serial/<str:serial_id>", AuditViewSet, {"GET": ("of_serial", Right.READ_AUDIT)}),
    # --- scanners
    Endpoint("scan", ScanViewSet, {"POST": ("create", Right.READ)}),  # what a scan does asks for more
    Endpoint("scans", ScanViewSet, {"GET": ("list", Right.READ_AUDIT)}),
    # --- people
    Endpoint("users", UserViewSet, {"GET": ("list", Right.READ), "POST": ("create", Right.MANAGE_USERS)}),
    Endpoint("users/<str:id>", UserViewSet, {"GET": ("retrieve", Right.READ), "PUT": ("update", Right.MANAGE_USERS)}),
)


def routes() -> list[URLPattern]:
    """Return the URL patterns of the whole table."""
    return [endpoint.route() for endpoint in ENDPOINTS]
