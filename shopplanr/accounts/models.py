"""People's accounts, and the tokens that programs call with."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from shopplanr import clock
from shopplanr.accounts import tokens
from shopplanr.ids import ID_MAX_LENGTH, new_token_id, new_user_id


class User(AbstractUser):
    """A person, or a program that calls in its own name.

    What a user may do comes from roles, which are groups (``shopplanr.accounts.roles``). Users are deactivated and
    never deleted, because a part's history names them for as long as the part is traced.
    """

    first_name = None
    last_name = None
    date_joined = None

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_user_id, editable=False)
    name = models.CharField("name", max_length=255, help_text="As people in the shop know this person.")
    department = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField("created", default=clock.now, editable=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        permissions = [("manage_users", "Can manage people's accounts")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="user_name_not_empty"),
            models.CheckConstraint(condition=~Q(username=""), name="user_username_not_empty"),
        ]
        indexes = [
            # GET /users: active people first, then by name.
            models.Index(models.F("is_active").desc(), "name", "id", name="user_active_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the display name; Django's admin asks for it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the display name: shops do not sort people by first and last names."""
        return self.name


class ApiToken(models.Model):
    """A program's key to the API. It acts as its user, with its user's rights; the secret itself is never stored."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_token_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="What uses it, for example: ERP, nightly import.")
    digest = models.CharField(max_length=tokens.DIGEST_LENGTH, unique=True, editable=False)
    hint = models.CharField("begins with", max_length=tokens.HINT_LENGTH, editable=False)
    created_at = models.DateTimeField("created", default=clock.now, editable=False)
    # Text, as in the rest of the record: it outlives accounts, and a command has none.
    created_by = models.CharField(max_length=255, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)
    revoked_by = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = "API token"
        # A call finds its token by the unique index on ``digest``; the index of ``user`` serves the admin's filter.
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(revoked_at=None), name="apitoken_live_name_unique"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="apitoken_name_not_empty"),
            models.CheckConstraint(
                condition=Exact(Length("digest"), tokens.DIGEST_LENGTH), name="apitoken_digest_is_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="apitoken_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_live(self) -> bool:
        """Tell whether the token itself still opens the door; its user must be active as well."""
        return self.revoked_at is None
