"""Certificates in the admin: recorded once, attached to selections of parts, never changed."""

from certificates.admin import attachments, certificates, parts

__all__ = ["attachments", "certificates", "parts"]
