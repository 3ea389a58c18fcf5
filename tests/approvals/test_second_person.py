"""The rule of two people, as it is written down: who may carry out what somebody has asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serials.second_person import WORDS, Asked, SecondPersonRequired, check_approver, check_asker, is_theirs
from shopplanr.actor import Actor
from tests.approvals.parts import KINDS

kinds = st.sampled_from(KINDS)
people = st.sampled_from(["ana", "bo", "eve"])
callers = st.sampled_from(["", "ana", "bo", "eve"])
credentials = st.sampled_from(["session", "tok_1", "kiosk", "command", ""])
actors = st.builds(Actor, people, callers, credentials)
requests = st.none() | st.builds(Asked, people, callers, credentials)


def passes(check, *arguments, **settings) -> bool:
    try:
        check(*arguments, **settings)
    except SecondPersonRequired:
        return False
    return True


@given(kinds, requests, actors)
def test_where_the_site_does_not_ask_for_two_people_everybody_may(kind, asked, approver):
    assert passes(check_approver, kind, asked, approver, two_people=False)
    assert passes(check_asker, kind, approver, two_people=False)


@given(kinds, requests, actors)
def test_where_it_does_two_proven_people_have_a_part_in_it(kind, asked, approver):
    """Written down a second time, the other way round: both are known, and they are not the same."""
    in_person = approver.credential != "kiosk" and approver.called_by in ("", approver.user_id)
    known = asked is not None and asked.credential != "kiosk"
    others = known and approver.user_id not in (asked.requested_by, asked.called_by)

    assert passes(check_approver, kind, asked, approver, two_people=True) == (in_person and others)


@given(kinds, people, callers, credentials)
def test_nobody_approves_their_own_request_with_whatever_they_called(kind, person, caller, credential):
    for asked in (Asked(person, caller, credential), Asked("somebody else", person, credential)):
        assert not passes(check_approver, kind, asked, Actor(person, credential="session"), two_people=True)


@given(kinds, actors)
def test_a_kiosk_cannot_ask_for_what_could_never_be_approved(kind, asker):
    assert passes(check_asker, kind, asker, two_people=True) == (asker.credential != "kiosk")


SENTENCES = {
    (None, Actor("bo")): "A waiver takes two people here: ask for it first, then somebody else approves it",
    (Asked("ana"), Actor("bo", credential="kiosk")): (
        "A kiosk cannot prove who approves a waiver: the approver signs in, or calls with a token of their own"
    ),
    (Asked("ana"), Actor("bo", called_by="erp")): (
        "Who approves a waiver does so in person: signed in as themselves, or with a token of their own"
    ),
    (Asked("ana", credential="kiosk"), Actor("bo")): (
        "This waiver was asked for at a kiosk, which cannot prove who asked: decline it, and have somebody who is "
        "signed in ask for it anew"
    ),
    (Asked("ana"), Actor("ana")): "You asked for this waiver yourself: somebody else has to approve it",
    (Asked("bo", called_by="ana"), Actor("ana")): (
        "You asked for this waiver yourself: somebody else has to approve it"
    ),
}


@pytest.mark.parametrize(("asked", "approver"), SENTENCES)
def test_the_sentence_says_what_to_do_next(asked, approver):
    with pytest.raises(SecondPersonRequired) as refused:
        check_approver("waiver", asked, approver, two_people=True)

    assert (refused.value.status, refused.value.code) == (400, "second_person_required")
    assert refused.value.message == SENTENCES[asked, approver]


@pytest.mark.parametrize(
    ("kind", "words"), [("waiver", "A waiver"), ("override", "An override"), ("force_complete", "A force-completion")]
)
def test_it_is_called_what_people_call_it(kind, words):
    assert set(WORDS) == set(KINDS)
    with pytest.raises(SecondPersonRequired, match=f"^{words} takes two people here"):
        check_approver(kind, None, Actor("bo"), two_people=True)


@pytest.mark.parametrize(
    ("asked", "caller", "theirs"),
    [
        (Asked("ana"), Actor("ana"), True),
        (Asked("ana"), Actor("bo"), False),
        (Asked("ana"), Actor("ana", called_by="bo"), True),
        (Asked("ana", called_by="bo"), Actor("bo"), True),
        (Asked("ana"), Actor("bo", called_by="ana"), True),
        (Asked("ana"), Actor("bo", called_by="eve"), False),
        (Asked("ana"), Actor(None), False),
        (Asked("ana", credential="kiosk"), Actor("ana", credential="kiosk"), True),
        (Asked("ana", credential="kiosk"), Actor("bo", credential="kiosk"), False),
        (Asked("ana", credential="session"), Actor("ana", credential="kiosk"), False),
    ],
)
def test_a_request_is_theirs_who_asked_or_had_it_asked(asked, caller, theirs):
    assert is_theirs(asked, caller) == theirs
