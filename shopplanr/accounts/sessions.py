"""Sessions in the database, as Django keeps them, behind a look at the cookie."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[a-z0-9]{32}", re.ASCII)  # what Django makes


class SessionStore(db.SessionStore):
    """Django's store. A cookie that no store ever made is no session, and never reaches the database.

    PostgreSQL refuses to even look for text with a NUL character, and anybody can send that.
    """

    def _validate_session_key(self, key):
        return bool(key) and _KEY.fullmatch(key) is not None

    @classmethod
    def get_model_class(cls):
        """Return Django's own model."""
        return db.SessionStore.get_model_class()
