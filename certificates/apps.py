from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Certificates, and which part got which at which step."""

    name = "certificates"
    verbose_name = "Certificates"

    def ready(self):
        from certificates.gate import GATE
        from serials.services import leaving

        leaving.register(self.name, GATE)
