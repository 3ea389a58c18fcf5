"""The sign-in: tap the name, type the PIN; choosing one at the first time; switching to another person."""

import gzip
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from shopplanr.accounts import pins
from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.roles import Role
from shopplanr.floor import device
from shopplanr.floor.views import sign_in
from tests.accounts.factories import PIN, AdministratorFactory, UserFactory, give_pin, pin_client
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

WRONG = "9999"


@pytest.fixture
def maria():
    return give_pin(UserFactory(name="Maria Santos", department="5-axis milling"))


@pytest.fixture
def tablet():
    return Client()


def names_on(page) -> list[str]:
    return re.findall(r"tile-words\"><strong>([^<]+)</strong>", page.content.decode())


def address_of(user, after: str = "") -> str:
    return f"/sign-in/{user.pk}" + (f"?next={after}" if after else "")


def enter(client, user, pin: str = PIN, after: str = "", **more):
    return client.post(address_of(user, after), {"pin": pin}, **more)


def who_is_in(client) -> str | None:
    return client.session.get("_auth_user_id")


class TestNames:
    """The page on which one taps one's name."""

    def test_whoever_is_not_signed_in_is_sent_there_and_back_afterwards(self, tablet, maria):
        sent = tablet.get("/account?tab=1")
        assert (sent.status_code, sent.url) == (302, "/sign-in?next=/account%3Ftab%3D1")

        link = re.search(r'href="(/sign-in/[^"]+)"', tablet.get(sent.url).content.decode())[1]
        done = tablet.post(link, {"pin": PIN})

        assert (done.status_code, done.url) == (303, "/account?tab=1")

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
    def test_a_form_of_somebody_whose_session_is_over_leads_there_too(self, tablet, headers):
        came_from = "http://testserver/serials/SN-00001"
        sent = tablet.post("/account", {}, headers=headers | {"Referer": came_from, "HX-Current-URL": came_from})

        address = sent.headers.get("HX-Redirect") or sent.url
        assert re.fullmatch(r"/sign-in\?next=(http%3A%2F%2Ftestserver)?%2Fserials%2FSN-00001", address)

    def test_everybody_is_there_by_name_and_programs_are_not(self, tablet, maria):
        UserFactory(name="Andre Baptiste")
        UserFactory(name="ERP", role=Role.INTEGRATIONS)
        AdministratorFactory(name="Robin Adler")

        page = tablet.get("/sign-in")

        assert names_on(page) == ["Andre Baptiste", "Maria Santos", "Robin Adler"]
        assert page.content.decode().count("First time") == 2
        assert "5-axis milling" in page.content.decode()

    def test_who_signed_in_here_lately_comes_first(self, tablet, maria):
        dale = give_pin(UserFactory(name="Dale Kowalski"))
        for user in (maria, dale, maria):
            enter(tablet, user)
            tablet.post("/switch-user")

        assert names_on(tablet.get("/sign-in")) == [
            *("Maria Santos", "Dale Kowalski"),
            *("Dale Kowalski", "Maria Santos"),
        ]
        User.objects.filter(pk=maria.pk).update(is_active=False)
        assert names_on(tablet.get("/sign-in")) == ["Dale Kowalski", "Dale Kowalski"]

    def test_a_device_remembers_the_latest_few(self, tablet, monkeypatch):
        monkeypatch.setattr(device, "PEOPLE_KEPT", 2)
        for name in ("Anna", "Ben", "Cem"):
            enter(tablet, give_pin(UserFactory(name=name)))
            tablet.post("/switch-user")

        assert names_on(tablet.get("/sign-in")) == ["Cem", "Ben", "Anna", "Ben", "Cem"]

    @pytest.mark.parametrize("cookie", ["", "user_x", "user_x:forged:signature", "é\0"])
    def test_what_a_device_makes_up_is_not_believed(self, tablet, maria, cookie):
        tablet.cookies["people"] = cookie

        assert names_on(tablet.get("/sign-in")) == ["Maria Santos"]

    def test_names_are_found_without_scripts_as_well(self, tablet, maria):
        give_pin(UserFactory(name="Dale Kowalski", department="Milling"))

        assert names_on(tablet.get("/sign-in", {"q": " kOWAL "})) == ["Dale Kowalski"]
        assert len(names_on(tablet.get("/sign-in", {"q": "milling"}))) == 2
        nothing = tablet.get("/sign-in", {"q": "<x>\0", "next": "/account"}).content.decode()
        assert "Nobody of that name." in nothing and "<x>" not in nothing
        assert "/sign-in?next=%2Faccount" in nothing

    def test_a_large_shop_types_the_name(self, tablet, monkeypatch):
        monkeypatch.setattr(sign_in, "SHOWN_AT_MOST", 3)
        for name in ("Anna", "Ben", "Cem", "Dora", "Emil"):
            UserFactory(name=name)

        page = tablet.get("/sign-in")

        assert names_on(page) == ["Anna", "Ben", "Cem"]
        assert "and 2 more: type a name above" in page.content.decode()
        assert "data-find" not in page.content.decode()  # a script would search only what is shown
        assert names_on(tablet.get("/sign-in", {"q": "emil"})) == ["Emil"]

    def test_a_shop_without_people_says_what_to_do(self, tablet):
        page = tablet.get("/sign-in").content.decode()

        assert "Nobody can sign in here yet" in page and "/admin/login/" in page

    def test_one_query_and_little_weight_with_a_full_page_of_people(self, tablet):
        UserFactory.create_batch(250, department="Grinding and EDM")

        with counted_statements() as statements:
            page = tablet.get("/sign-in", headers={"Accept-Encoding": "gzip"})

        assert len(statements) == 1
        assert page.headers["Content-Encoding"] == "gzip" and len(page.content) < 30_000
        assert gzip.decompress(page.content).count(b'data-name="') == sign_in.SHOWN_AT_MOST

    def test_who_is_signed_in_already_goes_on(self, maria):
        assert pin_client(maria).get("/sign-in?next=/account").url == "/account"


class TestPin:
    """The page on which one types it."""

    def test_one_query_and_it_asks_for_the_pin(self, tablet, maria):
        with counted_statements() as statements:
            page = tablet.get(address_of(maria))

        assert len(statements) == 1
        assert 'type="password" name="pin"' in page.content.decode() and "Maria Santos" in page.content.decode()
        assert page.headers["Cache-Control"] == "no-store"

    def test_the_right_one_signs_in_and_leads_to_the_station(self, tablet, maria):
        done = enter(tablet, maria)

        assert (done.status_code, done.url) == (303, "/")
        assert who_is_in(tablet) == maria.pk and tablet.session["by"] == "pin"

    def test_with_scripts_the_browser_is_told_where_to_go(self, tablet, maria):
        done = enter(tablet, maria, headers={"HX-Request": "true", "HX-Boosted": "true"})

        assert done.headers["HX-Redirect"] == "/" and who_is_in(tablet) == maria.pk

    def test_a_wrong_one_is_refused_in_the_services_words_and_not_shown_again(self, tablet, maria):
        refused = enter(tablet, maria, WRONG, after="/account")

        page = refused.content.decode()
        assert refused.status_code == 400 and who_is_in(tablet) is None
        assert "Wrong PIN. You have 2 more tries." in page and 'aria-invalid="true"' in page
        assert WRONG not in page and address_of(maria, "%2Faccount") in page

    def test_the_page_knows_how_long_to_wait(self, tablet, maria):
        waits = [enter(tablet, maria, WRONG) for _ in range(4)]

        assert [response.status_code for response in waits] == [400, 400, 400, 429]
        assert ["data-wait=" in response.content.decode() for response in waits] == [False, False, True, True]
        assert "Too many wrong tries. Try again in 15 seconds, or ask an administrator." in waits[3].content.decode()

    def test_tries_are_counted_by_where_they_come_from(self, maria, settings):
        settings.PIN_TRIES_PER_DEVICE = 3
        for _ in range(3):
            enter(Client(REMOTE_ADDR="192.0.2.50"), give_pin(UserFactory()), WRONG)

        refused = enter(Client(REMOTE_ADDR="192.0.2.50"), maria)
        assert "Too many wrong tries from this device." in refused.content.decode()
        assert enter(Client(REMOTE_ADDR="192.0.2.51"), maria).status_code == 303

    @pytest.mark.parametrize(
        "after",
        ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/sign-in", "/switch-user", "\0", ""],
    )
    def test_nobody_is_led_elsewhere(self, tablet, maria, after):
        assert tablet.post(f"/sign-in/{maria.pk}", {"pin": PIN}, query_params={"next": after}).url == "/"

    @pytest.mark.parametrize("data", [{}, {"pin": ""}, {"pin": "1\0"}, {"pin": "9" * 100_000}, {"pin": ["1", "2"]}])
    def test_whatever_is_typed_is_answered(self, tablet, maria, data):
        assert tablet.post(address_of(maria), data).status_code == 400
        assert PinCredential.objects.get().wrong_tries == 0

    @pytest.mark.parametrize("user_id", ["nobody", "%00", "x" * 500, "..%2f"])
    def test_an_account_that_cannot_sign_in_leads_back_to_the_names(self, tablet, maria, user_id):
        for response in (tablet.get(f"/sign-in/{user_id}"), tablet.post(f"/sign-in/{user_id}", {"pin": PIN})):
            assert response.status_code in {403, 404}
            if response.status_code == 403:
                assert "This account cannot sign in here. Ask an administrator." in response.content.decode()
                assert names_on(response) == ["Maria Santos"]

    def test_another_persons_session_is_replaced(self, maria):
        dale = give_pin(UserFactory())
        tablet = pin_client(maria)
        before = tablet.cookies["sessionid"].value

        enter(tablet, dale)

        assert who_is_in(tablet) == dale.pk and not Session.objects.filter(pk=before).exists()

    def test_a_form_without_its_token_is_refused_in_words(self, maria):
        refused = enter(Client(enforce_csrf_checks=True), maria)

        assert refused.status_code == 403
        assert "This page was open before somebody signed in or out on this device." in refused.content.decode()
        assert "Content-Security-Policy" in refused.headers

    def test_signing_in_costs_a_known_number_of_statements(self, tablet, maria):
        UserFactory.create_batch(5)

        with counted_statements() as statements:
            enter(tablet, maria)

        # the person; the ten of the service; the session: made, made anew, kept; when it was
        assert len(statements) <= 18, statements.queries


class TestFirstTime:
    """The page on which one chooses a PIN with a one-time code."""

    @pytest.fixture
    def dale(self):
        return UserFactory(name="Dale Kowalski")

    def choose(self, client, user, code, pin=PIN, repeat=PIN):
        return client.post(address_of(user), {"code": code, "pin": pin, "repeat": repeat})

    def test_it_asks_for_the_code_and_the_new_pin_twice(self, tablet, dale):
        fields = re.findall(r'name="(\w+)"', tablet.get(address_of(dale)).content.decode().partition("<main")[2])

        assert fields == ["csrfmiddlewaretoken", "code", "pin", "repeat"]

    def test_with_the_code_one_has_a_pin_and_is_signed_in(self, tablet, dale):
        done = self.choose(tablet, dale, pins.issue_code(dale, by="test"))

        assert (done.status_code, done.url) == (303, "/") and who_is_in(tablet) == dale.pk
        assert enter(Client(), dale).status_code == 303

    @pytest.mark.parametrize(
        ("pin", "repeat", "sentence", "field"),
        [
            ("1234", "1234", "This PIN is too easy to guess.", "pin"),
            ("7412", "7413", "The two PINs are not the same.", "repeat"),
        ],
    )
    def test_a_pin_that_is_refused_is_typed_anew_and_the_code_is_not(self, tablet, dale, pin, repeat, sentence, field):
        code = pins.issue_code(dale, by="test")

        page = self.choose(tablet, dale, code, pin, repeat).content.decode()

        assert sentence in page and f'value="{code}"' in page
        assert pin not in page and repeat not in page
        assert re.search(rf'name="{field}"[^>]*autofocus aria-invalid="true"', page)
        assert self.choose(tablet, dale, code).status_code == 303

    def test_nobody_takes_a_name_without_its_code(self, tablet, dale):
        anothers = pins.issue_code(UserFactory(), by="test")
        assert "No one-time code was issued for this name." in self.choose(tablet, dale, anothers).content.decode()
        pins.issue_code(dale, by="test")

        refused = self.choose(tablet, dale, anothers)

        assert (refused.status_code, who_is_in(tablet)) == (400, None)
        assert "Wrong one-time code. You have 2 more tries." in refused.content.decode()

    @pytest.mark.parametrize("code", ["", "\0", '"><script>', "x" * 100_000])
    def test_whatever_is_typed_is_answered(self, tablet, dale, code):
        refused = self.choose(tablet, dale, code)

        assert refused.status_code == 400 and "<script>" not in refused.content.decode().partition("<main")[2]


class TestSwitchingUser:
    """Making room for the next person."""

    def test_it_signs_out_and_offers_the_names(self, maria):
        tablet = pin_client(maria)
        key = tablet.cookies["sessionid"].value

        sent = tablet.post("/switch-user")

        assert (sent.status_code, sent.url) == (303, "/sign-in")
        assert not Session.objects.filter(pk=key).exists()
        assert tablet.get("/account").status_code == 302

    def test_opening_the_address_signs_nobody_out(self, maria):
        tablet = pin_client(maria)

        assert tablet.get("/switch-user").url == "/account"
        assert who_is_in(tablet) == maria.pk

    def test_whose_session_is_over_already_gets_the_names(self, tablet):
        assert tablet.post("/switch-user").url == "/sign-in"
