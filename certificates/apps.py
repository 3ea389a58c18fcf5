from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Certificates, and which part got which at which step."""

    name = "certificates"
    verbose_name = "Certificates"
