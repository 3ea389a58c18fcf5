"""On whose behalf a request acts."""

from types import SimpleNamespace

import pytest

from shopplanr.accounts.actors import actor_for, approver_for
from shopplanr.accounts.kiosk import KioskUser
from shopplanr.accounts.rights import load_token, load_user
from shopplanr.accounts.roles import Role
from shopplanr.accounts.tokens import digest
from shopplanr.actor import Actor
from shopplanr.refusals import Forbidden, Invalid
from tests.accounts.factories import UserFactory, token_for

pytestmark = pytest.mark.django_db

KIOSK = SimpleNamespace(user=KioskUser(), auth=None)
NONE_GIVEN = [None, "", "  "]
UNKNOWN = ["user_nobody", "Anna", "x" * 200]


def by_session(user):
    return SimpleNamespace(user=load_user(user.pk))


def by_token(user):
    token = load_token(digest(token_for(user)))
    return SimpleNamespace(user=token.user, auth=token)


class TestActor:
    """``actor_for``."""

    def test_at_a_kiosk_it_is_whom_the_request_names(self):
        assert actor_for(KIOSK, "operator_anna") == Actor("operator_anna", credential="kiosk")

    @pytest.mark.parametrize("given", NONE_GIVEN)
    def test_at_a_kiosk_it_is_anonymous_where_the_contract_allows(self, given):
        assert actor_for(KIOSK, given, anonymous=True) == Actor("anonymous", credential="kiosk")

    @pytest.mark.parametrize("given", [*NONE_GIVEN, 7, ["x"], True])
    def test_at_a_kiosk_it_is_else_for_the_service_to_refuse(self, given):
        actor = actor_for(KIOSK, given)

        with pytest.raises(Invalid, match=r"^userId is required$"):
            actor.identified()

    @pytest.mark.parametrize("given", [7, ["x"], True, {}])
    def test_what_is_no_text_is_refused_where_it_could_be_left_out(self, given):
        with pytest.raises(Invalid, match=r"^userId must be text$"):
            actor_for(KIOSK, given, anonymous=True)
        with pytest.raises(Invalid, match=r"^userId must be text$"):
            actor_for(by_session(UserFactory()), given)

    def test_a_text_that_the_record_cannot_hold_is_refused(self):
        with pytest.raises(Invalid, match="userId must be at most 255 characters"):
            actor_for(KIOSK, "x" * 256)

    @pytest.mark.parametrize("given", NONE_GIVEN)
    def test_a_signed_in_caller_acts_as_themselves(self, given, django_assert_num_queries):
        user = UserFactory()
        request = by_session(user)

        with django_assert_num_queries(0):
            assert actor_for(request, given) == Actor(user.pk, credential="session")
            assert actor_for(request, given, anonymous=True) == Actor(user.pk, credential="session")
            assert actor_for(request, user.pk) == Actor(user.pk, credential="session")

    def test_a_token_is_named_by_its_id(self):
        user = UserFactory()

        assert actor_for(by_token(user), None) == Actor(user.pk, credential=user.api_tokens.get().pk)

    def test_who_acts_for_somebody_else_is_kept_beside_them(self, django_assert_num_queries):
        caller, operator = UserFactory(), UserFactory()
        request = by_token(caller)

        with django_assert_num_queries(1):
            actor = actor_for(request, operator.pk)

        assert actor == Actor(operator.pk, called_by=caller.pk, credential=request.auth.pk)

    @pytest.mark.parametrize("given", UNKNOWN)
    def test_somebody_else_must_exist(self, given):
        with pytest.raises(Invalid) as refusal:
            actor_for(by_session(UserFactory()), given)

        assert refusal.value.message == "User not found or inactive"
        assert refusal.value.errors == {"userId": ["User not found or inactive"]}
        assert refusal.value.status == 400

    def test_somebody_else_must_be_active(self):
        with pytest.raises(Invalid, match=r"^User not found or inactive$"):
            actor_for(by_session(UserFactory()), UserFactory(is_active=False).pk)


class TestApprover:
    """``approver_for``."""

    @pytest.mark.parametrize("given", [*NONE_GIVEN, 7])
    def test_nobody_is_the_approver_where_none_is_named(self, given):
        assert approver_for(KIOSK, given) == Actor(None, credential="kiosk")
        assert approver_for(by_session(UserFactory(role=Role.QC)), given) == Actor(None, credential="session")

    def test_at_a_kiosk_it_is_whom_the_request_names(self):
        assert approver_for(KIOSK, "qc_manager") == Actor("qc_manager", credential="kiosk")

    def test_a_caller_who_may_waive_approves(self, django_assert_num_queries):
        user = UserFactory(role=Role.QC)
        request = by_session(user)

        with django_assert_num_queries(0):
            assert approver_for(request, user.pk) == Actor(user.pk, credential="session")

    def test_somebody_else_who_may_waive_approves(self, django_assert_num_queries):
        caller, approver = UserFactory(role=Role.INTEGRATIONS), UserFactory(role=Role.SUPERVISORS)
        request = by_token(caller)

        with django_assert_num_queries(1):
            actor = approver_for(request, approver.pk)

        assert actor == Actor(approver.pk, called_by=caller.pk, credential=request.auth.pk)

    def test_who_may_not_waive_does_not_approve(self):
        operator = UserFactory(name="Anna", role=Role.OPERATORS)

        for caller in (UserFactory(role=Role.SUPERVISORS), operator):
            with pytest.raises(Forbidden) as refusal:
                approver_for(by_session(caller), operator.pk)
            assert refusal.value.message == "Anna may not waive steps. Ask a supervisor, QC or an administrator."

    @pytest.mark.parametrize("given", UNKNOWN)
    def test_the_approver_must_exist(self, given):
        with pytest.raises(Invalid) as refusal:
            approver_for(by_session(UserFactory(role=Role.SUPERVISORS)), given)

        assert refusal.value.errors == {"approverId": ["User not found or inactive"]}
