"""What the database itself refuses about accounts and tokens, and what it keeps."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from shopplanr import clock
from shopplanr.accounts.models import ApiToken, PinCredential, SignInDevice, User
from shopplanr.accounts.tokens import digest
from tests.accounts.factories import UserFactory, give_pin

pytestmark = pytest.mark.django_db


def refuses(operation):
    with pytest.raises(IntegrityError), transaction.atomic():
        operation()


def token(user, **fields):
    return ApiToken.objects.create(
        **{"user": user, "name": "ERP", "digest": digest(repr(fields)), "hint": "spk_abcd", "created_by": "test"}
        | fields
    )


def test_a_user_has_a_name_a_username_and_an_id_of_its_own():
    user = UserFactory(name="Maria Lopez")

    assert user.pk.startswith("user_")
    assert (str(user), user.get_full_name(), user.get_short_name()) == ("Maria Lopez",) * 3
    refuses(lambda: UserFactory(name=""))
    refuses(lambda: UserFactory(username=""))


def test_a_username_is_one_persons():
    UserFactory(username="maria")

    refuses(lambda: UserFactory(username="maria"))


def test_a_superuser_can_be_made_with_a_name():
    user = User.objects.create_superuser("root", password="x", name="Root")

    assert user.is_staff and user.is_superuser and user.check_password("x")


def test_a_user_has_one_live_token_of_a_name():
    user = UserFactory()
    token(user)

    refuses(lambda: token(user, digest=digest("another")))
    token(UserFactory(), digest=digest("somebody else's"))
    token(user, digest=digest("revoked"), revoked_at=clock.now(), revoked_by="test")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"digest": ""},
        {"digest": "abc"},
        {"revoked_by": "test"},
        {"revoked_at": clock.now()},
    ],
    ids=lambda fields: " ".join(fields),
)
def test_a_token_is_whole(fields):
    refuses(lambda: token(UserFactory(), **fields))


def test_a_digest_is_one_tokens():
    token(UserFactory(), digest=digest("secret"))

    refuses(lambda: token(UserFactory(), digest=digest("secret")))


def test_a_user_with_tokens_cannot_be_deleted():
    user = UserFactory()
    token(user)

    with pytest.raises(ProtectedError):
        user.delete()


@pytest.mark.parametrize(
    "fields",
    [
        {"pin_hash": "x"},
        {"set_at": clock.now()},
        {"code_digest": "x"},
        {"code_expires_at": clock.now()},
        {"code_issued_by": "test"},
        {"code_digest": "x", "code_expires_at": clock.now()},
        {"pin_hash": "x", "set_at": clock.now(), "code_digest": "x"}
        | {"code_expires_at": clock.now(), "code_issued_by": "test"},
        {"locked_until": clock.now()},
        {"wrong_tries": -1},
    ],
    ids=lambda fields: " ".join(fields),
)
def test_a_pin_is_whole(fields):
    refuses(lambda: PinCredential.objects.create(user=UserFactory(), **fields))


def test_a_user_has_one_pin_and_cannot_be_deleted_with_it():
    user = give_pin(UserFactory())

    refuses(lambda: PinCredential.objects.create(user=user))
    with pytest.raises(ProtectedError):
        user.delete()


def test_a_device_is_counted_once():
    SignInDevice.objects.create(address="192.0.2.7", began_at=clock.now())

    refuses(lambda: SignInDevice.objects.create(address="192.0.2.7", began_at=clock.now()))
    refuses(lambda: SignInDevice.objects.create(address="", began_at=clock.now()))
