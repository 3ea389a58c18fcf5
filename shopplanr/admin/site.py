"""The admin as a whole: its name, and the order of what is in it."""

from collections.abc import Callable
from functools import partial, wraps

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from shopplanr.accounts.pin_sessions import is_by_pin
from shopplanr.accounts.sign_in_tries import TooManyTries
from shopplanr.admin.signing_in import PasswordForm

APP_ORDER = ("serials", "certificates", "audit", "floor", "accounts", "auth")
"""The shop's own records first; who may do what comes last."""

MODEL_ORDER = (
    *("Serial", "Job", "Path", "Step", "StepStatus", "StepOverride", "ApprovalRequest"),
    *("StepRequirement", "RequirementOverride", "Note", "NotePhoto"),
    *("RouteTemplate", "TemplateRequirement", "LibraryEntry"),
    *("Certificate", "CertAttachment", "Product", "CertificationAssignment", "Certification", "RecordImport"),
)


_GZIP = GZipMiddleware(lambda request: HttpResponse())


class ShopAdminSite(admin.AdminSite):
    """Shop Planr's admin: QC's desk."""

    site_header = site_title = "Shop Planr"
    index_title = "Quality desk"
    login_form = PasswordForm

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Ask for name and password; say with the status, too, when somebody has to wait."""
        response = super().login(request, extra_context)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if isinstance(getattr(form, "refusal", None), TooManyTries):
            response.status_code = form.refusal.status
            response.headers["Retry-After"] = str(form.refusal.wait_seconds)
        return response

    def has_permission(self, request: HttpRequest) -> bool:
        """Let staff in who signed in with their password: four digits do not open the desk."""
        return super().has_permission(request) and not is_by_pin(request)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        """Compress pages, which are a tenth then; what is downloaded goes as it is stored."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def compressed(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            response = inner(request, *args, **kwargs)
            if isinstance(response, TemplateResponse):
                response.add_post_render_callback(partial(_GZIP.process_response, request))
            return response

        return compressed

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Return the apps and their records in the order of use instead of the alphabet's."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"], MODEL_ORDER))
        return sorted(apps, key=lambda app: _place(app["app_label"], APP_ORDER))


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)
