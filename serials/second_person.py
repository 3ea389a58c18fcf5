"""The rule of two people, as pure functions over plain values: who asks for something does not approve it too.

It holds for waivers, overrides (of steps and of requirements) and force-completions, where the site wants it
(``TWO_PERSON_RULE``). Then each of these is carried out only when somebody has asked for it and somebody else approves.
Both have to be proven: a person is who really called, with a session or a token of their own. What a kiosk says of who
stands at it proves nothing, and neither does a call in somebody else's name.
"""

from dataclasses import dataclass

from shopplanr.actor import KIOSK, Actor
from shopplanr.refusals import Refusal

WORDS = {
    "waiver": "waiver",
    "override": "override",
    "force_complete": "force-completion",
    "requirement_override": "requirement override",
}
"""What people call each kind."""


class SecondPersonRequired(Refusal):
    """A second person is needed who is not there yet; the sentence says what to do next."""

    code = "second_person_required"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked: whom the request names, who really called where that is somebody else, and with what."""

    requested_by: str
    called_by: str = ""
    credential: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Everybody who had a part in asking."""
        return frozenset({self.requested_by, self.called_by} - {""})


def check_asker(kind: str, asker: Actor, *, two_people: bool) -> None:
    """Raise ``SecondPersonRequired`` where a request of this caller could never be approved."""
    if two_people and asker.credential == KIOSK:
        raise SecondPersonRequired(
            f"A kiosk cannot prove who asks for {_a(kind)}: sign in, or call with a token of your own"
        )


def check_approver(kind: str, asked: Asked | None, approver: Actor, *, two_people: bool) -> None:
    """Raise ``SecondPersonRequired`` unless the approver may carry out what was asked; None: nobody has asked.

    Where the site does not ask for two people, everybody may.
    """
    if not two_people:
        return
    if asked is None:
        sentence = f"{_a(kind).capitalize()} takes two people here: ask for it first, then somebody else approves it"
    elif approver.credential == KIOSK:
        sentence = (
            f"A kiosk cannot prove who approves {_a(kind)}: the approver signs in, or calls with a token of their own"
        )
    elif approver.called_by not in ("", approver.user_id):
        sentence = f"Who approves {_a(kind)} does so in person: signed in as themselves, or with a token of their own"
    elif asked.credential == KIOSK:
        sentence = (
            f"This {WORDS[kind]} was asked for at a kiosk, which cannot prove who asked: decline it, and have somebody "
            "who is signed in ask for it anew"
        )
    elif approver.user_id in asked.people:
        sentence = f"You asked for this {WORDS[kind]} yourself: somebody else has to approve it"
    else:
        return
    raise SecondPersonRequired(sentence)


def is_theirs(asked: Asked, caller: Actor) -> bool:
    """Tell whether it is the caller's own request, or that of whom they call for, which they may withdraw.

    A kiosk's word is enough for what was asked for at a kiosk, and for nothing else.
    """
    if caller.credential == KIOSK:
        return asked.credential == KIOSK and caller.user_id == asked.requested_by
    return not asked.people.isdisjoint({caller.user_id, caller.called_by} - {"", None})


def _a(kind: str) -> str:
    words = WORDS[kind]
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
