"""How a certificate's type is shown."""

from certificates.models import CertificateType
from shopplanr.admin.marks import Mark

TYPE_MARKS = {
    CertificateType.MATERIAL: Mark("Material", "material", "quiet"),
    CertificateType.PROCESS: Mark("Process", "process", "quiet"),
}


def type_mark(kind: str) -> Mark:
    """Return how the type is shown."""
    return TYPE_MARKS[CertificateType(kind)]
