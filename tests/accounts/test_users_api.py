"""``/api/users``: list, create, change."""

from datetime import timedelta

import pytest

from shopplanr import clock
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from tests.accounts.factories import AdministratorFactory, UserFactory, json_client, open_kiosk, token_client

pytestmark = pytest.mark.django_db

URL = "/api/users"


@pytest.fixture
def program():
    return UserFactory(role=Role.INTEGRATIONS, name="Zz ERP", department="")


@pytest.fixture
def client(program):
    return token_client(program)


def names(response):
    assert response.status_code == 200, response.content
    return [user["name"] for user in response.json()]


class TestList:
    """``GET /users``."""

    def test_a_user_is_shown_as_documented(self, program, client):
        with clock.told(clock.now() - timedelta(days=1)):
            anna = UserFactory(name="Anna", department="Milling")

        shown, other = client.get(URL).json()

        moment = anna.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert shown == {
            "id": anna.pk,
            "name": "Anna",
            "department": "Milling",
            "active": True,
            "createdAt": moment,
        }
        assert "department" not in other

    def test_active_people_come_first_then_by_name(self, client):
        for name, active in (("Berta", True), ("Anna", False), ("Carl", True), ("Dora", False)):
            UserFactory(name=name, is_active=active)

        assert names(client.get(URL)) == ["Berta", "Carl", "Zz ERP", "Anna", "Dora"]

    def test_filters_and_orderings(self, client):
        UserFactory(name="Anna", department="Milling")
        UserFactory(name="Berta", department="Turning", is_active=False)

        assert names(client.get(URL, {"active": "false"})) == ["Berta"]
        assert names(client.get(URL, {"active": "true"})) == ["Anna", "Zz ERP"]
        assert names(client.get(URL, {"department": "Milling"})) == ["Anna"]
        assert names(client.get(URL, {"search": "turn"})) == ["Berta"]
        assert names(client.get(URL, {"ordering": "-name"})) == ["Zz ERP", "Berta", "Anna"]
        assert names(client.get(URL, {"ordering": "active,-name"})) == ["Berta", "Zz ERP", "Anna"]

    @pytest.mark.parametrize("query", [{"active": "maybe"}, {"role": "QC"}, {"ordering": "password"}])
    def test_what_is_not_understood_is_refused(self, query, client):
        response = client.get(URL, query)

        assert response.status_code == 400
        assert next(iter(query)) in response.json()["errors"]

    def test_a_page_of_it(self, client):
        UserFactory(name="Anna")
        UserFactory(name="Berta")

        response = client.get(URL, {"limit": 1, "offset": 1})

        assert names(response) == ["Berta"]
        assert response["X-Total-Count"] == "3"
        assert 'rel="next"' in response["Link"]

    def test_queries_do_not_grow_with_people(self, client, django_assert_num_queries):
        client.get(URL)  # the token's last use is written once a minute
        UserFactory.create_batch(20)

        with django_assert_num_queries(2):  # the caller; the people
            assert len(names(client.get(URL))) == 21

    def test_nothing_of_credentials_is_shown(self, client):
        AdministratorFactory(name="Root")

        for user in client.get(URL).json():
            assert set(user) <= {"id", "name", "department", "active", "createdAt"}


class TestCreate:
    """``POST /users``."""

    def test_a_new_user_is_an_operator(self, client):
        response = client.post(URL, {"name": " Maria Lopez ", "department": "Milling"})

        assert response.status_code == 201
        user = User.objects.get(name="Maria Lopez")
        assert response.json()["id"] == user.pk
        assert response.json()["active"] is True
        assert (user.username, user.department) == ("maria-lopez", "Milling")
        assert [group.name for group in user.groups.all()] == [Role.OPERATORS]
        assert not user.has_usable_password()

    def test_department_can_be_left_out(self, client):
        assert "department" not in client.post(URL, {"name": "Kim"}).json()
        assert "department" not in client.post(URL, {"name": "Kim", "department": None}).json()

    @pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": 5}, {"name": ["x"]}])
    def test_a_name_is_required(self, body, client):
        response = client.post(URL, body)

        assert response.status_code == 400
        assert response.json() == {
            "statusCode": 400,
            "message": "name is required",
            "code": "required",
            "errors": {"name": ["name is required"]},
        }
        assert User.objects.count() == 1

    def test_nobody_makes_an_administrator_here(self, client):
        body = {
            "name": "Kim",
            "is_superuser": True,
            "is_staff": True,
            "password": "x",
            "groups": ["QC"],
            "id": "user_x",
        }

        client.post(URL, body)

        user = User.objects.get(name="Kim")
        assert not (user.is_superuser or user.is_staff or user.has_usable_password() or user.pk == "user_x")


class TestChange:
    """``PUT /users/:id``."""

    def test_what_is_given_changes(self, client):
        anna = UserFactory(name="Anna", department="Milling")

        response = client.put(f"{URL}/{anna.pk}", {"name": "Anna Berg", "active": False})

        assert response.status_code == 200
        assert response.json()["name"] == "Anna Berg"
        assert response.json()["department"] == "Milling"
        assert response.json()["active"] is False
        assert "department" not in client.put(f"{URL}/{anna.pk}", {"department": None}).json()

    def test_whoever_is_made_inactive_is_signed_out_everywhere(self, client):
        anna = UserFactory()
        annas = token_client(anna)
        assert annas.get(URL).status_code == 200

        client.put(f"{URL}/{anna.pk}", {"active": False})

        assert annas.get(URL).status_code == 401

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"name": " "}, "name cannot be empty"),
            ({"name": None}, "name cannot be empty"),
            ({"active": "yes"}, "active must be true or false"),
            ({"department": 7}, "department must be text"),
            ({"name": "x" * 256}, "name must be at most 255 characters"),
        ],
    )
    def test_a_value_that_makes_no_sense_is_refused(self, body, message, client):
        response = client.put(f"{URL}/{UserFactory().pk}", body)

        assert (response.status_code, response.json()["message"]) == (400, message)

    @pytest.mark.parametrize("user_id", ["user_x", "x" * 500, "a%00b", "%F0%9F%94%A9"])
    def test_nobody_of_that_id(self, user_id, client):
        response = client.put(f"{URL}/{user_id}", {"name": "Kim"})

        assert response.status_code == 404
        assert response.json()["message"].startswith("User not found: ")

    @pytest.mark.parametrize("who", ["program", "kiosk"])
    def test_nobody_locks_the_administrators_out(self, who, client, settings):
        administrator = AdministratorFactory()
        caller = client if who == "program" else open_kiosk(settings)

        response = caller.put(f"{URL}/{administrator.pk}", {"active": False})

        assert (response.status_code, response.json()["code"]) == (403, "admin_account")
        administrator.refresh_from_db()
        assert administrator.is_active


@pytest.mark.parametrize("role", Role)
def test_who_may(role):
    client = token_client(UserFactory(role=role))
    someone = UserFactory()
    manages = role is Role.INTEGRATIONS

    assert client.get(URL).status_code == 200
    assert client.post(URL, {"name": "Kim"}).status_code == (201 if manages else 403)
    assert client.put(f"{URL}/{someone.pk}", {"department": "x"}).status_code == (200 if manages else 403)


def test_strangers_may_not():
    client = json_client()

    assert client.get(URL).status_code == 401
    assert client.post(URL, {"name": "Kim"}).status_code == 401
    assert client.put(f"{URL}/{UserFactory().pk}", {"name": "Kim"}).status_code == 401
