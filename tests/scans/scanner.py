"""A scanner in somebody's hand, for tests of what scans do."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shopplanr import clock
from shopplanr.accounts.roles import ROLE_RIGHTS, Right, Role
from shopplanr.actor import Actor
from shopplanr.floor import scanning
from shopplanr.floor.verdicts import Verdict

OPERATOR = Actor("operator", credential="session")
HOSTS = ["shop.example"]


@dataclass
class Scanner:
    """Scans as one person at one place, a minute between one scan and the next."""

    station: str = ""
    certificate_id: str = ""
    actor: Actor = OPERATOR
    rights: Collection[Right] = ROLE_RIGHTS[Role.OPERATORS]
    moment: datetime = field(default_factory=clock.now)

    def scan(self, code: str, **circumstances) -> Verdict:
        """Scan a code; ``circumstances`` are other fields for this once."""
        self.moment += timedelta(minutes=1)
        now = {
            "station": self.station,
            "certificate_id": self.certificate_id,
            "actor": self.actor,
            "moment": self.moment,
        } | circumstances
        with clock.told(now["moment"]):
            return scanning.scan(
                code,
                now["station"],
                now["actor"],
                lambda right: right in self.rights,
                own_hosts=HOSTS,
                certificate_id=now["certificate_id"],
                moment=now["moment"],
            )
