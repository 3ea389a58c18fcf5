"""People, roles and API tokens in the admin.

Whoever may change accounts, make tokens or issue one-time codes can become anybody, so all of that is for
administrators (superusers) alone; other staff look, where a permission lets them. Nothing is deleted: accounts are
deactivated, tokens revoked.
"""

from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateformat import format as formatted
from django.utils.html import format_html
from django.utils.timezone import localtime

from shopplanr import clock
from shopplanr.accounts.models import ApiToken, User
from shopplanr.accounts.pin_actions import IssueCode, Unlock, credential_of, is_locked
from shopplanr.accounts.roles import Right, Role
from shopplanr.accounts.services import issue_token, revoke_token
from shopplanr.admin.confirming import ConfirmedAction, ConfirmedActionsMixin
from shopplanr.admin.links import record_link
from shopplanr.admin.records import RecordAdmin
from shopplanr.refusals import Refusal
from shopplanr.watch import exchange

admin.site.unregister(Group)


class AdministratorsOnly:
    """Lets administrators change and others at most look; nobody deletes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators may add."""
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Administrators may change."""
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody may delete."""
        return False


class UserCreation(AdminUserCreationForm):
    """Django's form, for our model."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name")


class UserChange(UserChangeForm):
    """Django's form, for our model."""

    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class UserAdmin(AdministratorsOnly, ConfirmedActionsMixin, RecordAdmin, auth_admin.UserAdmin):
    """People's accounts: name, department, roles, whether they may sign in here, and their PIN on the floor."""

    form = UserChange
    add_form = UserCreation
    fieldsets = (
        (None, {"fields": ("name", "department", "username", "password", "email")}),
        ("Role", {"fields": ("is_active", "groups", "is_staff", "is_superuser", "user_permissions")}),
        ("Sign-in on the floor", {"fields": ("pin", "pin_tries", "pin_last_wrong")}),
        ("Times", {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "department", "username")}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
        ("Role", {"fields": ("groups", "is_staff")}),
    )
    readonly_fields = ("pin", "pin_tries", "pin_last_wrong", "created_at", "last_login")
    list_display = ("name", "username", "department", "roles", "has_pin", "is_active", "is_staff", "last_login")
    list_select_related = ("pin_credential",)
    list_filter = ("is_active", "groups", "is_staff", "department")
    search_fields = ("name", "username", "department", "id")
    ordering = ("-is_active", "name")
    confirmed_actions = (IssueCode(), Unlock())
    selection_headings = ("Person", "Department")
    selection_order = ("name", "pk")

    def get_queryset(self, request: HttpRequest):
        """Return the accounts with their roles and PINs, so that neither list nor page costs a query per row."""
        return super().get_queryset(request).select_related("pin_credential").prefetch_related("groups")

    def may(self, request: HttpRequest, action: ConfirmedAction) -> bool:
        """Administrators may, whatever rights others have been given."""
        return _is_administrator(request)

    def selection_cells(self, row: User) -> list[object]:
        """Show somebody who was selected."""
        return [record_link(User, row.pk, row.name), row.department]

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        """Write what was changed and nothing else: a form that was opened earlier must not undo a deactivation."""
        if change and form.changed_data:
            columns = {field.name for field in User._meta.concrete_fields}
            obj.save(update_fields=[name for name in form.changed_data if name in columns])
        elif not change:
            super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Return to the account's page. Django goes there by the bare id, in which it takes ``_26`` for a quoted &."""
        response = super().user_change_password(request, id, form_url)
        if isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:accounts_user_change", args=[id]))
        return response

    @admin.display(description="PIN", boolean=True)
    def has_pin(self, user: User) -> bool:
        """Tell whether the person can sign in on the floor."""
        return credential_of(user).is_set

    @admin.display(description="PIN")
    def pin(self, user: User) -> str:
        """Say whether there is a PIN, or a code with which to choose one."""
        credential = credential_of(user)
        if credential.is_set:
            return f"Set {_shown(credential.set_at)}"
        if not credential.code_digest:
            return "Not set"
        until = "valid until" if clock.now() < credential.code_expires_at else "expired"
        return f"Not set; one-time code {until} {_shown(credential.code_expires_at)}"

    @admin.display(description="Wrong tries in a row")
    def pin_tries(self, user: User) -> str:
        """Return how many there were, and until when the account is locked."""
        credential = credential_of(user)
        locked = f", locked until {_shown(credential.locked_until, exact=True)}" if is_locked(credential) else ""
        return f"{credential.wrong_tries}{locked}"

    @admin.display(description="Last wrong try")
    def pin_last_wrong(self, user: User) -> str:
        """Return when it was."""
        moment = credential_of(user).last_wrong_at
        return _shown(moment) if moment else "Never"

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        """Return the names of the user's groups."""
        return ", ".join(group.name for group in user.groups.all())


@admin.register(Group)
class RoleAdmin(auth_admin.GroupAdmin):
    """Groups. Those that are roles are shown, not edited: they mean the same in every shop."""

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """A role stays as the table of rights has it; other groups are the administrators' own."""
        return _is_administrator(request) and not _is_role(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A group can hold any right, so only administrators make one."""
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """A role stays."""
        # Without an object it is the list that asks, whose bulk action would not spare the roles.
        return obj is not None and _is_administrator(request) and not _is_role(obj)


class TokenForm(forms.ModelForm):
    """A new token."""

    scopes = forms.MultipleChoiceField(
        choices=[(right.name.lower(), right.phrase.capitalize()) for right in Right],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What it may do, of what its user may. Nothing ticked: all of that.",
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name", "expires_at", "scopes")


@admin.register(ApiToken)
class ApiTokenAdmin(AdministratorsOnly, admin.ModelAdmin):
    """API tokens: the secret is shown once, right after it was made, and never again."""

    fields = (
        "user",
        "name",
        "hint",
        "created_at",
        "created_by",
        "last_used_at",
        "expires_at",
        "scopes",
        "revoked_at",
        "revoked_by",
    )
    list_display = (
        "name",
        "user",
        "hint",
        "created_at",
        "created_by",
        "last_used_at",
        "expires_at",
        "is_live",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("user", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("name", "user__name", "user__username", "hint", "id")
    autocomplete_fields = ("user",)
    ordering = ("-created_at",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None):
        """A new token needs an owner and a name, and may be limited; the rest is made."""
        return TokenForm.Meta.fields if obj is None else self.fields

    def get_form(self, request: HttpRequest, obj: ApiToken | None = None, change: bool = False, **kwargs):
        """Offer scopes to choose from."""
        return super().get_form(request, obj, change, **(kwargs | ({"form": TokenForm} if obj is None else {})))

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None):
        """Nothing of a token that exists is edited."""
        return () if obj is None else self.fields

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        """Offer active users only: the token of another would open nothing."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ApiToken, form, change: bool) -> None:
        """Issue the token and show its secret in a message."""
        if change:
            return
        token, secret = issue_token(
            obj.user, obj.name, by=request.user.pk, expires_at=obj.expires_at, scopes=form.cleaned_data["scopes"]
        )
        obj.pk = token.pk
        obj.refresh_from_db()
        self.message_user(
            request,
            format_html("Copy the token now, it is not shown again: <code>{}</code>", secret),
            messages.WARNING,
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None) -> HttpResponse:
        """Show a refusal as a message, and the form again with what was typed."""
        try:
            return super().add_view(request, form_url, extra_context)
        except Refusal as refusal:
            exchange.refused(refusal.code)
            self.message_user(request, refusal.message, messages.ERROR)
            typed = [
                (field, value) for field in ("user", "name", "scopes") for value in request.POST.getlist(field) if value
            ]
            return HttpResponseRedirect(f"{request.path}?{urlencode(typed)}")

    @admin.action(description="Revoke selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset) -> None:
        """Revoke the selected tokens that are live, all or none."""
        live = list(queryset.filter(revoked_at=None))
        try:
            with transaction.atomic():
                for token in live:
                    revoke_token(token.pk, by=request.user.pk)
        except Refusal as refusal:
            exchange.refused(refusal.code)
            self.message_user(request, refusal.message, messages.ERROR)
            return
        for token in live:
            self.log_change(request, token, "Revoked.")
        self.message_user(request, f"Revoked: {len(live)}.", messages.SUCCESS)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Administrators may revoke."""
        return _is_administrator(request)

    @admin.display(boolean=True, description="Live")
    def is_live(self, token: ApiToken) -> bool:
        """Tell whether the token opens the door: neither revoked nor expired, and its user is active."""
        return token.is_live and token.user.is_active


def _is_administrator(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser


def _shown(moment: datetime, exact: bool = False) -> str:
    return formatted(localtime(moment), "j M Y, H:i:s" if exact else "j M Y, H:i")


def _is_role(group: Group | None) -> bool:
    return group is not None and group.name in set(Role)
