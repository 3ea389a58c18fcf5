"""The admin's door: name and password, with tries that are counted."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from shopplanr.accounts import passwords
from shopplanr.refusals import Refusal


class PasswordForm(AdminAuthenticationForm):
    """Django's form, which asks ``shopplanr.accounts.passwords`` instead of every backend there is."""

    refusal: Refusal | None = None

    def clean(self) -> dict[str, object]:
        """Find the user, or say why not."""
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is not None and password:
            try:
                user = passwords.verify(username, password, self.request.META.get("REMOTE_ADDR", ""))
            except Refusal as refusal:
                self.refusal = refusal
                raise ValidationError(refusal.message, code=refusal.code) from None
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data
