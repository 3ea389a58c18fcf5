"""Certificates in the admin: recorded once, attached to parts, never changed. And what products are certified for."""

from certificates.admin import assignments, attachments, catalogue, certificates, imports, jobs, parts, products

__all__ = ["assignments", "attachments", "catalogue", "certificates", "imports", "jobs", "parts", "products"]
