"""One call of each endpoint that changes something, ready to be made and to succeed."""

from dataclasses import dataclass, field

from serials.services import overrides
from tests.api.serials.contract import url
from tests.api.serials.states import deferred_at_first_jump
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serial, make_serials, steps_of


@dataclass(frozen=True)
class Call:
    """A verb, an address, and a body that says nothing of who acts."""

    verb: str
    url: str
    body: dict = field(default_factory=dict)

    def by(self, client, **more):
        """Make the call, with these fields in the body as well."""
        return getattr(client, self.verb)(self.url, self.body | more)

    def sending(self, client, body: str | bytes, content_type: str = "application/json"):
        """Make the call with this body, as it is."""
        return getattr(client, self.verb)(self.url, body, content_type=content_type)


def create() -> Call:
    path = PathFactory()
    return Call("post", "/api/serials", {"jobId": path.job_id, "pathId": path.id, "quantity": 1})


def advance() -> Call:
    return Call("post", url(make_serial(), "advance"))


def advance_to() -> Call:
    return Call("post", url(make_serial(), "advance-to"), {"targetStepIndex": 1})


def advance_all() -> Call:
    return Call("post", "/api/serials/advance", {"serialIds": [serial.id for serial in make_serials(quantity=2)]})


def advance_all_to() -> Call:
    return Call("post", "/api/serials/advance-to", {"serialIds": [make_serial().id], "targetStepIndex": 1})


def scrap() -> Call:
    return Call("post", url(make_serial(), "scrap"), {"reason": "damaged"})


def force_complete() -> Call:
    return Call("post", url(make_serial(), "force-complete"))


def attach_cert() -> Call:
    return Call("post", url(make_serial(), "attach-cert"), {"certId": CertificateFactory().id})


def override() -> Call:
    serial = make_serial()
    _, mill, _ = steps_of(serial.path)
    return Call("post", url(serial, "overrides"), {"stepId": mill.id, "reason": "Done at the supplier's"})


def reverse_override() -> Call:
    serial = make_serial()
    _, mill, _ = steps_of(serial.path)
    overrides.create(serial.id, None, mill.id, "Done at the supplier's", OPERATOR)
    return Call("delete", url(serial, "overrides", mill.id))


def complete_deferred() -> Call:
    serial, step = deferred_at_first_jump()
    return Call("post", url(serial, "complete-deferred", step.id))


def waive_step() -> Call:
    serial, step = deferred_at_first_jump()
    return Call("post", url(serial, "waive-step", step.id), {"reason": "Measured by hand"})


WITHOUT_AN_ID = {"create", "advance, many", "advance-to, many"}
"""Calls whose address names no serial."""

NAMING_A_USER = {
    "advance-to": advance_to,
    "advance, many": advance_all,
    "advance-to, many": advance_all_to,
    "scrap": scrap,
    "force-complete": force_complete,
    "attach-cert": attach_cert,
    "overrides": override,
    "overrides/:stepId": reverse_override,
    "complete-deferred": complete_deferred,
}
"""Calls whose ``userId`` the contract requires."""

NAMING_A_USER_OR_NOT = {"create": create, "advance": advance}
"""Calls whose ``userId`` may be left out: then it is ``anonymous`` at a kiosk."""

CHANGING = NAMING_A_USER | NAMING_A_USER_OR_NOT | {"waive-step": waive_step}
"""Every call that changes something."""
