"""Settings. Whatever differs between two installations comes from the environment; docs/settings.md lists it."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from shopplanr import __version__, postgresql, sqlite
from shopplanr.environment import Environment
from shopplanr.watch.logging_settings import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything that the running system writes by itself: the embedded database, the generated key, collected files.
VAR_DIR = BASE_DIR / "var"

_environment = Environment(os.environ)

# The five roles, as the groups are named that a migration makes.
ROLE_NAMES = ("Operators", "Supervisors", "QC", "Auditors", "Integrations")

# --- What makes the site itself ---------------------------------------------------------------------------------

DEBUG = _environment.flag("DEBUG", default=False)

SECRET_KEY_FILE = Path(_environment.text("SECRET_KEY_FILE", str(VAR_DIR / "secret_key")))


def _secret_key() -> str:
    if given := _environment.text("SECRET_KEY"):
        return given
    try:
        return SECRET_KEY_FILE.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    if DEBUG:
        return "insecure-key-of-a-developer-who-runs-with-DEBUG-on"
    raise ImproperlyConfigured(
        f"SECRET_KEY is not set, and there is no file {SECRET_KEY_FILE}. Set it to a long random text of your own; "
        "'make run' generates one for this machine by itself."
    )


SECRET_KEY = _secret_key()

ALLOWED_HOSTS = _environment.listed("ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = _environment.origins("CSRF_TRUSTED_ORIGINS")

ROOT_URLCONF = "shopplanr.urls"
WSGI_APPLICATION = "shopplanr.wsgi.application"

INSTALLED_APPS = [
    "shopplanr.accounts",
    "shopplanr.watch",
    "audit",
    "serials",
    "certificates",
    "shopplanr.floor",
    "shopplanr.desk",
    "shopplanr.demo",
    "shopplanr.idempotency",
    "shopplanr.backup",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "simple_history",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "shopplanr.admin.apps.ShopAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # First, so that every answer carries a request id, those of the middleware below included.
    "shopplanr.api.middleware.RequestIdMiddleware",
    "shopplanr.browser_rules.BrowserRulesMiddleware",
    # Around everything else, so that whatever is answered is timed, counted and logged.
    "shopplanr.watch.middleware.AccessMiddleware",
    # In front of whatever looks at the host name, at TLS or at a session: a probe has none of them.
    "shopplanr.watch.middleware.ProbesMiddleware",
    "shopplanr.watch.middleware.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Before CommonMiddleware, which would add the slash to a path that this one takes away.
    "shopplanr.api.middleware.ApiPathMiddleware",
    "shopplanr.api.rate_limits.RateLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shopplanr.accounts.idle_sessions.IdleSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Labels and scanners ------------------------------------------------------------------------------------------

# What the codes on labels lead to. A label outlives the address under which somebody happened to print it.
SITE_URL = _environment.site("SITE_URL")

# What the shop's scanners put in front of a code and behind it.
SCAN_PREFIX = _environment.text("SCAN_PREFIX")
SCAN_SUFFIX = _environment.text("SCAN_SUFFIX")

# --- Database -----------------------------------------------------------------------------------------------------

_database = _environment.database("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'shopplanr.sqlite3'}")

# A connection per request costs PostgreSQL nine tenths of its throughput here. One that broke in between is noticed
# before it is used.
_database["CONN_MAX_AGE"] = _environment.whole_number("CONN_MAX_AGE_SECONDS", default=60)
_database["CONN_HEALTH_CHECKS"] = True

# PgBouncer in transaction mode hands every statement to another connection, which knows nothing of a cursor.
_database["DISABLE_SERVER_SIDE_CURSORS"] = _environment.flag("DISABLE_SERVER_SIDE_CURSORS", default=False)

# How long a call waits for what somebody else has locked before it is told to come again: less than the twenty seconds
# after which a page gives up waiting for an answer.
LOCK_TIMEOUT_SECONDS = _environment.seconds(
    "LOCK_TIMEOUT_SECONDS", default=sqlite.BUSY_TIMEOUT_SECONDS, minimum=0.1, maximum=3600.0
)

SQLITE_SYNCHRONOUS = _environment.choice("SQLITE_SYNCHRONOUS", sqlite.SYNCHRONOUS, default="FULL")
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["ENGINE"] = "shopplanr.queued_sqlite"
    _database["OPTIONS"] = sqlite.options(SQLITE_SYNCHRONOUS, LOCK_TIMEOUT_SECONDS) | _database.get("OPTIONS", {})
    if _database["NAME"] != ":memory:":
        # Relative to the project rather than to wherever a command happens to be started.
        _database["NAME"] = BASE_DIR / _database["NAME"]
        if _database["NAME"].parent == VAR_DIR:
            VAR_DIR.mkdir(exist_ok=True)
    sqlite.prepare_connections()
else:
    _database["OPTIONS"] = postgresql.options(
        connect_timeout_seconds=_environment.whole_number("CONNECT_TIMEOUT_SECONDS", default=5, minimum=1, maximum=300),
        # A connection pool hands the session's settings to nobody, and may refuse them.
        lock_timeout_seconds=None if _database["DISABLE_SERVER_SIDE_CURSORS"] else LOCK_TIMEOUT_SECONDS,
        given=_database.get("OPTIONS", {}),
    )

DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Whole histories are read by part, never by date alone; every index is paid for at every write.
SIMPLE_HISTORY_DATE_INDEX = False

# --- Who may call -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["shopplanr.accounts.rights.RightsBackend", "shopplanr.accounts.rights.PinBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "shopplanr.accounts.sessions"
LOGIN_URL = "floor:sign-in"
CSRF_FAILURE_VIEW = "shopplanr.floor.pages.stale_form"

# Whoever signed in with a PIN is signed out when the device was not used for this long: a shift.
PIN_SESSION_IDLE_MINUTES = _environment.whole_number("PIN_SESSION_IDLE_MINUTES", default=480, minimum=1, maximum=10080)

# So is whoever signed in with a password, which opens the admin too.
PASSWORD_SESSION_IDLE_MINUTES = _environment.whole_number(
    "PASSWORD_SESSION_IDLE_MINUTES", default=120, minimum=1, maximum=10080
)

# Wrong PINs and codes that one address may send in ten minutes, whoever's they are. A shop's PC has several people.
PIN_TRIES_PER_DEVICE = _environment.whole_number("PIN_TRIES_PER_DEVICE", default=30, minimum=3)

# A request without credentials from one of these networks has the rights of this role. Nobody does unless both are set.
KIOSK_NETWORKS = _environment.networks("KIOSK_NETWORKS")
KIOSK_ROLE = _environment.choice("KIOSK_ROLE", ROLE_NAMES, default="")

# Whether a waiver, an override and a force-completion take two people: one who asks, and another who approves.
TWO_PERSON_RULE = _environment.flag("TWO_PERSON_RULE", default=False)

# --- Transport ----------------------------------------------------------------------------------------------------

# Off only where the site is served over plain HTTP: a browser would not send the cookies, and nobody could sign in.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _environment.flag("SECURE_COOKIES", default=not DEBUG)
SECURE_SSL_REDIRECT = _environment.flag("SECURE_SSL_REDIRECT", default=False)

# A browser takes cookies of these names over TLS only, for the whole site and from no other host of its domain.
if SESSION_COOKIE_SECURE:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"

# Sent over TLS only. A day: a shop that goes back to plain HTTP is not locked out for long.
SECURE_HSTS_SECONDS = _environment.whole_number("SECURE_HSTS_SECONDS", default=86400 if SESSION_COOKIE_SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = _environment.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = _environment.flag("SECURE_HSTS_PRELOAD", default=False)

# Whether the other hosts of a domain speak TLS, and whether browsers are shipped with its name, is not for one site in
# it to decide: not having said so is no fault of its configuration.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Only behind a proxy that always sets this header itself: anybody else's would be believed too.
if _environment.flag("TRUST_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- API ----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "shopplanr.accounts.authentication.TokenAuthentication",
        "shopplanr.accounts.authentication.SessionAuthentication",
        "shopplanr.accounts.authentication.KioskAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["shopplanr.accounts.permissions.HasRight"],
    "DEFAULT_RENDERER_CLASSES": ["shopplanr.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["shopplanr.api.parsing.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "shopplanr.api.rendering.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "shopplanr.api.schema.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "shopplanr.api.errors.exception_handler",
}

# How long the answer to a call with an Idempotency-Key is kept for the same call sent again. A day is what the API
# promises.
IDEMPOTENCY_KEEP_HOURS = _environment.whole_number("IDEMPOTENCY_KEEP_HOURS", default=24, minimum=24, maximum=24 * 366)

# How many calls of the API a minute are answered: to each token, user or kiosk, and to an address of which no more is
# known. 0: as many as come. All server processes of a machine count in one file.
RATE_LIMIT_PER_MINUTE = _environment.whole_number("RATE_LIMIT_PER_MINUTE", default=6000)
RATE_LIMIT_ANONYMOUS_PER_MINUTE = _environment.whole_number("RATE_LIMIT_ANONYMOUS_PER_MINUTE", default=120)
RATE_LIMIT_FILE = BASE_DIR / _environment.text("RATE_LIMIT_FILE", str(VAR_DIR / "rate_limits"))

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Shop Planr API",
    "DESCRIPTION": "Traces every part of a machine shop along its route, with its certificates and its audit trail.",
    "VERSION": __version__,
    "TAGS": [
        {"name": "jobs", "description": "Production orders."},
        {"name": "paths", "description": "Manufacturing routes."},
        {"name": "steps", "description": "Operations of a path."},
        {"name": "templates", "description": "Routes that paths are copied from."},
        {"name": "library", "description": "Names of processes and locations, to be offered while routes are written."},
        {"name": "serials", "description": "Physical parts, and their way along their paths."},
        {"name": "approvals", "description": "What one person asks for and another decides."},
        {"name": "operator", "description": "What there is to do, by person, by step and by station. Reads only."},
        {"name": "notes", "description": "What people saw and did, with photos: written once."},
        {"name": "certs", "description": "Material and process certificates."},
        {"name": "where-used", "description": "From a certificate, a person, a step or a time to the parts concerned."},
        {"name": "products", "description": "Products by their GTIN, and the certifications that they hold."},
        {"name": "certifications", "description": "The catalogue of what products can be certified for."},
        {"name": "audit", "description": "What happened: entries that are written once."},
        {"name": "scan", "description": "What a scanner read, and what came of it."},
        {"name": "scans", "description": "Scans that were made, failed ones included."},
        {"name": "users", "description": "People, and programs that call in their own name."},
    ],
    "COMPONENT_SPLIT_PATCH": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_NAME_OVERRIDES": {
        "AdvancementMode": "serials.models.AdvancementMode",
        "ApprovalKind": "serials.models.ApprovalKind",
        "ApprovalState": "serials.models.ApprovalState",
        "AuditAction": "audit.models.Action",
        "BypassClassification": ["skipped", "deferred"],
        "CertificateStanding": "certificates.api.trace.STANDINGS",
        "CertificateType": "certificates.models.CertificateType",
        "CoverageStanding": "certificates.api.coverage_shapes.STANDINGS",
        "DependencyType": "serials.models.DependencyType",
        "DocumentType": "certificates.models.DocumentType",
        "DueStatus": "serials.api.shapes.DUE_STATUSES",
        "ImageType": "serials.models.ImageType",
        "InspectionDocumentType": "serials.models.En10204Type",
        "ListedSerialStatus": "serials.api.shapes.LISTED_STATUSES",
        "ReadinessCode": "certificates.api.coverage_shapes.CODES",
        "RequirementPolicy": "serials.models.RequirementPolicy",
        "ScanKind": "shopplanr.floor.api.shapes.KINDS",
        "ScanVerdict": "shopplanr.floor.models.ScanVerdict",
        "ScrapReason": "serials.models.ScrapReason",
        "SerialStatus": "serials.models.SerialStatus",
        "WhereUsedEvent": "certificates.api.where_used.REASONS",
        "VerificationStatus": "certificates.models.VerificationStatus",
        "StepStatusCode": "serials.models.StepStatusCode",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "shopplanr.api.schema.complete_components",
    ],
    # Without the badge that has a site on the internet look at the schema.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    # The docs page works without the internet: its scripts come from the sidecar.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Time and language --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = _environment.time_zone("TIME_ZONE", default="UTC")

FORMAT_MODULE_PATH = ["shopplanr.formats"]

# --- Static files -------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(_environment.text("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Names with a hash in them may be cached for ever. While developing they would have to be collected each time.
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Files that people upload -------------------------------------------------------------------------------------

# What the record keeps of them: shopplanr.content_store. Relative to the project, like the database.
MEDIA_ROOT = BASE_DIR / _environment.text("MEDIA_ROOT", str(VAR_DIR / "media"))

# Of a file that is too large the rest is counted, not kept: whoever sent it gets a sentence that names it.
FILE_UPLOAD_HANDLERS = ["shopplanr.uploads.BoundedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# A route of 200 steps, which is the longest, has six fields for each in the form in which it is written.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- The audit trail's proof: docs/audit-proof.md -------------------------------------------------------------------

# What signs the checkpoints. Made at the first start, and nowhere else than in this file.
AUDIT_KEY_FILE = BASE_DIR / _environment.text("AUDIT_KEY_FILE", str(VAR_DIR / "audit_key"))

# Where checkpoints are kept outside of the database.
AUDIT_CHECKPOINT_FILE = BASE_DIR / _environment.text("AUDIT_CHECKPOINT_FILE", str(VAR_DIR / "audit_checkpoints.jsonl"))
AUDIT_CHECKPOINT_URL = _environment.web_address("AUDIT_CHECKPOINT_URL")
AUDIT_CHECKPOINT_MAIL = _environment.listed("AUDIT_CHECKPOINT_MAIL")
AUDIT_CHECKPOINT_MAIL_HOURS = _environment.whole_number(
    "AUDIT_CHECKPOINT_MAIL_HOURS", default=24, minimum=1, maximum=24 * 366
)

# How often the server seals what was written. 0: it does not; something else calls manage.py audit_seal.
AUDIT_SEAL_SECONDS = _environment.whole_number("AUDIT_SEAL_SECONDS", default=60, maximum=24 * 3600)

# --- Mail ---------------------------------------------------------------------------------------------------------

EMAIL_HOST = _environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = _environment.whole_number("EMAIL_PORT", default=25, minimum=1, maximum=65535)
EMAIL_HOST_USER = _environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = _environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = _environment.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _environment.text("EMAIL_FROM", "shopplanr@localhost")

# --- The watch: log, figures, faults ----------------------------------------------------------------------------------

LOG_LEVEL = _environment.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOG_FORMAT = _environment.choice("LOG_FORMAT", ("line", "json"), default="line")
ACCESS_LOG = _environment.flag("ACCESS_LOG", default=True)

# A statement that takes longer is logged, without what people typed; 0 logs none.
SLOW_QUERY_SECONDS = _environment.seconds("SLOW_QUERY_SECONDS", default=1.0)

# A function of the operator's own, as module.function, that is told of every fault.
ERROR_REPORTER = _environment.text("ERROR_REPORTER")

# Who may read /metrics: nobody unless one of the two is set. The folder is where the server's processes count together.
METRICS_TOKEN = _environment.text("METRICS_TOKEN")
METRICS_NETWORKS = _environment.networks("METRICS_NETWORKS")
METRICS_DIR = BASE_DIR / _metrics_dir if (_metrics_dir := _environment.text("METRICS_DIR")) else None

LOGGING = logging_settings(LOG_LEVEL, LOG_FORMAT, with_access=ACCESS_LOG, reporter=ERROR_REPORTER)
