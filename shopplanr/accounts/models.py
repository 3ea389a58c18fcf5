"""People's accounts, what they sign in with on the floor, and the tokens that programs call with."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.crypto import salted_hmac

from shopplanr import clock
from shopplanr.accounts import pin_rules, tokens
from shopplanr.fields import WordsField
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

    session_pin_hash: str | None = None
    """Of somebody whose session was made with a PIN: what is stored of that PIN. ``PinBackend`` sets it."""

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

    def get_session_auth_hash(self) -> str:
        """Return what a session remembers of the proof that it was made with, and ends with.

        Django takes the password. A session that was made with a PIN ends when that PIN is changed or taken away.
        """
        if self.session_pin_hash is None:
            return super().get_session_auth_hash()
        return salted_hmac("shopplanr.accounts.pin_session", self.session_pin_hash, algorithm="sha256").hexdigest()


class PinCredential(models.Model):
    """What somebody signs in with on the floor: a PIN of their own, or the one-time code with which to choose one.

    Neither is stored: of the PIN a slow hash, of the code a digest that only this installation's key can make. Wrong
    tries of both are counted together.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="pin_credential")
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    set_at = models.DateTimeField("PIN set", null=True, editable=False)
    code_digest = models.CharField(max_length=pin_rules.CODE_DIGEST_LENGTH, blank=True, editable=False)
    code_expires_at = models.DateTimeField("one-time code valid until", null=True, editable=False)
    # Text, as in the rest of the record: a user's id, or ``command``.
    code_issued_by = models.CharField(max_length=255, blank=True, editable=False)
    wrong_tries = models.PositiveIntegerField(default=0, editable=False)
    """In a row: signing in sets it back to 0."""
    locked_until = models.DateTimeField(null=True, editable=False)
    last_wrong_at = models.DateTimeField("last wrong try", null=True, editable=False)

    class Meta:
        verbose_name = "PIN"
        constraints = [
            models.CheckConstraint(
                condition=Q(pin_hash="", set_at=None) | (~Q(pin_hash="") & Q(set_at__isnull=False)),
                name="pin_set_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(code_digest="", code_expires_at=None, code_issued_by="")
                | (~Q(code_digest="") & Q(code_expires_at__isnull=False) & ~Q(code_issued_by="")),
                name="pin_code_whole",
            ),
            # Whoever has a PIN has used up the code, and a new code takes the PIN away.
            models.CheckConstraint(condition=Q(pin_hash="") | Q(code_digest=""), name="pin_or_code"),
            models.CheckConstraint(
                condition=Q(locked_until=None) | Q(wrong_tries__gt=0), name="pin_locked_by_wrong_tries"
            ),
        ]

    def __str__(self) -> str:
        return f"PIN of {self.user_id}"

    @property
    def is_set(self) -> bool:
        """Tell whether there is a PIN."""
        return bool(self.pin_hash)


class SignInDevice(models.Model):
    """How many wrong PINs and codes came from one address lately, whoever's they were.

    One device that goes through everybody's name would otherwise have some free tries at each of them.
    """

    # A bare key of its own: the statement that takes the row by its address writes that column.
    address = models.CharField(max_length=50, unique=True)
    """An IPv4 address, an IPv6 network, or ``unknown``: see ``pin_rules.device_of``."""
    began_at = models.DateTimeField()
    """When the ten minutes began that ``wrong_tries`` counts."""
    wrong_tries = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["began_at"], name="signindevice_began")]  # those that are over are deleted
        constraints = [
            models.CheckConstraint(condition=~Q(address=""), name="signindevice_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.address


class PasswordTries(models.Model):
    """How many wrong passwords in a row were typed with a name. Signing in takes the row away."""

    name_digest = models.CharField(primary_key=True, max_length=64, help_text="Of the name, whoever's it is.")
    wrong_tries = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_wrong_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_wrong_at"], name="passwordtries_last_wrong")]  # old ones are deleted
        constraints = [
            models.CheckConstraint(
                condition=Q(locked_until=None) | Q(wrong_tries__gt=0), name="password_locked_by_wrong_tries"
            ),
        ]

    def __str__(self) -> str:
        return self.name_digest


class ApiToken(models.Model):
    """A program's key to the API. It acts as its user, with its user's rights, or with those that its scopes leave.

    The secret itself is never stored.
    """

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_token_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="What uses it, for example: ERP, nightly import.")
    digest = models.CharField(max_length=tokens.DIGEST_LENGTH, unique=True, editable=False)
    hint = models.CharField("begins with", max_length=tokens.HINT_LENGTH, editable=False)
    created_at = models.DateTimeField("created", default=clock.now, editable=False)
    # Text, as in the rest of the record: it outlives accounts, and a command has none.
    created_by = models.CharField(max_length=255, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    expires_at = models.DateTimeField("expires", null=True, blank=True, help_text="Left empty: it does not.")
    scopes = WordsField(help_text="What it may do, of what its user may; none: all of that.")
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
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="apitoken_lives_for_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_live(self) -> bool:
        """Tell whether the token itself still opens the door; its user must be active as well."""
        return self.revoked_at is None and not self.has_expired

    @property
    def has_expired(self) -> bool:
        """Tell whether its time is over."""
        return self.expires_at is not None and self.expires_at <= clock.now()
