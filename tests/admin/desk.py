"""What the tests of the admin do all the time: addresses, actions, messages, and parts in every state."""

from django.contrib.admin.utils import quote
from django.urls import reverse

from audit.models import AuditEntry
from certificates.models import CertAttachment
from serials.models import Path, Serial, StepOverride, StepStatus
from serials.services import advancement
from shopplanr.actor import Actor
from shopplanr.desk import cards
from shopplanr.desk.cards import Card
from tests.factories import OPERATOR, PathFactory, make_serials
from tests.queries import counted_statements

FLEXIBLE_STEPS = ("Saw", "Deburr", "Mill", "Inspect")


def url(model: str, page: str = "changelist", *arguments: object) -> str:
    """Return the address of a page of ``serials_serial`` and the like."""
    return reverse(f"admin:{model}_{page}", args=[quote(argument) for argument in arguments])


def messages(response) -> list[str]:
    """Return what the page says at its top."""
    return [str(message) for message in response.context["messages"]]


def choose(client, rows, action: str, **more: str):
    """Select rows in their list and start an action; return the page that asks."""
    opts = rows[0]._meta
    data = {"action": action, "_selected_action": [row.pk for row in rows], "index": "0"} | more
    return client.post(url(f"{opts.app_label}_{opts.model_name}"), data, follow=True)


def confirm(client, asked, **typed: str):
    """Send the page that asks, with what was typed; return where it leads."""
    carried = {name: asked.context[name] for name in ("selected", "back")}
    return client.post(asked.context["act_url"], carried | typed, follow=True)


def act(client, rows, action: str, **typed: str):
    """Do both."""
    return confirm(client, choose(client, rows, action), **typed)


def deferred(quantity: int = 1, path: Path | None = None) -> list[Serial]:
    """Return parts at the third of four steps, the second deferred."""
    path = path or PathFactory(advancementMode="flexible", steps=FLEXIBLE_STEPS)
    parts = make_serials(path, quantity)
    for part in parts:
        advancement.advance_to(part.id, 2, OPERATOR)
    return list(Serial.objects.filter(pk__in=[part.pk for part in parts]))


def deferred_records(parts: list[Serial]) -> list[StepStatus]:
    """Return the deferred step records of these parts."""
    return list(StepStatus.objects.filter(serial__in=[part.pk for part in parts], status="deferred"))


def everything() -> list[list]:
    """Return every row that an action could write."""
    models = (Serial, StepStatus, StepOverride, CertAttachment, AuditEntry, Serial.history.model)
    return [list(model.objects.order_by("pk").values()) for model in models]


def cost(client, address: str) -> int:
    """Return how many statements a page takes, once Django knows its content types."""
    client.get(address)
    with counted_statements() as statements:
        assert client.get(address).status_code == 200
    return len(statements)


def card_of(client, name: str) -> Card:
    """Return one card of the quality desk, as this one finds it."""
    found = cards.of(client.user.has_perm, Actor(client.user.pk, credential="session"))
    return next(card for card in found if card.name == name)
