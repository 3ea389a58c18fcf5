"""Who sits at the desk: the same people as in the tests of the admin."""

from tests.admin.conftest import administrator, auditor, qc, supervisor

__all__ = ["administrator", "auditor", "qc", "supervisor"]
