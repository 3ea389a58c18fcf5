"""Records that forms create and change, through the services and never past them."""

from django import forms
from django.http import HttpRequest, HttpResponse

from shopplanr.admin.records import RecordAdmin
from shopplanr.refusals import Refusal
from shopplanr.watch import exchange


class ServiceForm(forms.ModelForm):
    """A form whose last word is a service's: a refusal shows as an error, and what was typed stays."""

    refusal: Refusal | None = None
    columns: dict[str, str] = {}
    """The form's names of the fields that a refusal names otherwise."""

    def clean(self) -> dict:
        """File a refusal under the field that it names, else above the form."""
        cleaned = super().clean() or self.cleaned_data
        if self.refusal is not None:
            for field, sentences in (self.refusal.errors or {"": [self.refusal.message]}).items():
                name = self.columns.get(field, field)
                self.add_error(name if name in self.fields else None, list(sentences))
        return cleaned

    def _post_clean(self) -> None:
        """Leave the record alone: rules are the service's, which says them in sentences, and so is writing."""


class ServiceAdmin(RecordAdmin):
    """Shows the form again, with the sentence, where the service refuses.

    ``save_model`` and ``save_related`` call a service. What it raises undoes everything, and the same request is
    answered a second time by a form that knows of the refusal.
    """

    form = ServiceForm

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Carry out, or show the form with what stands in the way."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            request.refusal = refusal
            exchange.refused(refusal.code)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj=None, change: bool = False, **kwargs) -> type[forms.ModelForm]:
        """Return the form's class; it knows of the refusal where there was one."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None)})
