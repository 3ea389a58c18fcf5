"""The product's settings, as the tests run them.

They are loaded before any conftest, so what a test run needs in its environment is set here, and not there.
"""

import os
import tempfile
from pathlib import Path

# What a developer has set for his own server must not decide how a test ends. DATABASE_URL chooses the engine.
for _name in (
    "ALLOWED_HOSTS",
    "AUDIT_CHECKPOINT_FILE",
    "AUDIT_CHECKPOINT_MAIL",
    "AUDIT_CHECKPOINT_MAIL_HOURS",
    "AUDIT_CHECKPOINT_URL",
    "AUDIT_KEY_FILE",
    "AUDIT_SEAL_SECONDS",
    "CONNECT_TIMEOUT_SECONDS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "EMAIL_FROM",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "ERROR_REPORTER",
    "IDEMPOTENCY_KEEP_HOURS",
    "KIOSK_NETWORKS",
    "KIOSK_ROLE",
    "LOCK_TIMEOUT_SECONDS",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MEDIA_ROOT",
    "METRICS_DIR",
    "METRICS_NETWORKS",
    "METRICS_TOKEN",
    "PASSWORD_SESSION_IDLE_MINUTES",
    "PIN_SESSION_IDLE_MINUTES",
    "PIN_TRIES_PER_DEVICE",
    "RATE_LIMIT_FILE",
    "SCAN_PREFIX",
    "SCAN_SUFFIX",
    "SECRET_KEY_FILE",
    "SECURE_COOKIES",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_HSTS_SECONDS",
    "SECURE_SSL_REDIRECT",
    "SITE_URL",
    "SLOW_QUERY_SECONDS",
    "STATIC_ROOT",
    "TIME_ZONE",
    "TRUST_FORWARDED_PROTO",
    "TWO_PERSON_RULE",
):
    os.environ.pop(_name, None)
# Thousands of calls come from one address here; those who test the limits turn them on.
os.environ["RATE_LIMIT_PER_MINUTE"] = os.environ["RATE_LIMIT_ANONYMOUS_PER_MINUTE"] = "0"
# A line for each of a hundred thousand requests says nothing; those who test the line turn it on.
os.environ["ACCESS_LOG"] = "0"
os.environ["SECRET_KEY"] = "a-key-for-tests-only-0123456789-abcdefghijklmnop"

from shopplanr import sqlite  # noqa: E402
from shopplanr.settings import *  # noqa: E402, F403
from shopplanr.settings import DATABASES, SILENCED_SYSTEM_CHECKS, STORAGES  # noqa: E402

SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "shopplanr.W010"]  # the limits that are off, see above

# The names that cookies have over plain HTTP, which tests speak.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "sessionid", "csrftoken"

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]

# Signing in is tested, not the strength of the hash, which is meant to cost a quarter of a second.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# No collected files are needed for a page to render.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True

# Photos go when the process ends.
_media_folder = tempfile.TemporaryDirectory(prefix="shopplanr-media-")
MEDIA_ROOT = Path(_media_folder.name)

# So do the key of the audit trail and its checkpoints.
_proof_folder = tempfile.TemporaryDirectory(prefix="shopplanr-proof-")
AUDIT_KEY_FILE = Path(_proof_folder.name, "audit_key")
AUDIT_CHECKPOINT_FILE = Path(_proof_folder.name, "audit_checkpoints.jsonl")

_database = DATABASES["default"]
if _database["ENGINE"] == "shopplanr.queued_sqlite":
    # Django's own backend: tests that hold two transactions against each other watch the engine's lock, in front of
    # which nobody may queue. The servers of tests/live run with the product's backend.
    _database["ENGINE"] = "django.db.backends.sqlite3"
    # A file, since connections to a database in memory lock each other out in ways that no file has. Its own file per
    # process, so that two runs in one checkout do not meet; and no fsync, as nothing here outlives the run.
    _folder = tempfile.TemporaryDirectory(prefix="shopplanr-tests-")  # which goes when the process ends
    _database["TEST"] = {"NAME": f"{_folder.name}/tests.sqlite3"}
    _database["OPTIONS"] = sqlite.options("OFF")
