"""Where the demo shop is loaded, where not, and that it is loaded whole or not at all."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from certificates.models import CertAttachment
from serials.models import Job, Serial
from shopplanr.accounts.models import User
from shopplanr.demo import shop, story
from shopplanr.demo.events import Advance
from shopplanr.demo.jobs import JOBS, bone_plate, gear_shaft
from shopplanr.demo.people import PASSWORD
from tests.accounts.factories import UserFactory
from tests.api.answers import nothing_written
from tests.demo.story import tell, undone, without_ids_and_dates
from tests.factories import (
    CertificateFactory,
    CertificationFactory,
    JobFactory,
    LibraryEntryFactory,
    ProductFactory,
    TemplateFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_job(monkeypatch):
    """The demo shop with one of its jobs, which loads faster."""
    in_order = story.in_order
    monkeypatch.setattr(story, "in_order", lambda seed: in_order(seed, (gear_shaft.JOB,)))


def run(*arguments: str, **options) -> str:
    out = StringIO()
    call_command("demo_shop", *arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_the_command_says_what_there_is_now_and_who_can_sign_in(one_job):
    said = run()
    assert "1 jobs, 47 parts (46 in progress, 0 completed, 1 scrapped)" in said
    assert "Who can sign in to the admin (name and password):\n  admin " in said
    assert PASSWORD in said


def test_a_second_run_changes_nothing_and_says_so(one_job):
    run()
    with nothing_written():
        assert run() == "The demo shop is here already. Nothing was changed.\n"
        assert shop.load(progress=False) is False


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (JobFactory, "jobs"),
        (CertificateFactory, "certificates"),
        (ProductFactory, "products"),
        (CertificationFactory, "certifications"),
        (TemplateFactory, "route templates"),
        (LibraryEntryFactory, "library entries"),
        (UserFactory, "accounts"),
    ],
)
def test_a_database_that_holds_something_else_is_left_alone(make, what):
    make()
    with nothing_written():
        said = run()
        assert shop.load(progress=False) is False
    assert said.startswith(f"There are {what} here")
    assert "Nothing was changed." in said


def test_an_own_job_beside_the_demo_shop_changes_nothing_about_that(one_job):
    run()
    JobFactory()
    assert run() == "The demo shop is here already. Nothing was changed.\n"


def test_accounts_are_joined_only_where_that_is_asked_for(one_job):
    mine = UserFactory(username="me")
    assert "--beside-accounts" in run()
    assert "47 parts" in run("--beside-accounts")
    assert User.objects.get(pk=mine.pk).password == mine.password


def test_an_account_whose_name_the_demo_needs_is_never_taken_over(one_job):
    UserFactory(username="admin")
    with nothing_written(), pytest.raises(CommandError, match=r"Username is taken: admin\. Nothing was changed"):
        run("--beside-accounts")


def test_a_load_that_is_interrupted_leaves_nothing(one_job, monkeypatch):
    carry_out, carried_out = Advance.carry_out, []

    def interrupted(event, books):
        if len(carried_out) == 5:
            raise KeyboardInterrupt
        carried_out.append(event)
        carry_out(event, books)

    monkeypatch.setattr(Advance, "carry_out", interrupted)
    with nothing_written(), pytest.raises(KeyboardInterrupt):
        shop.load(progress=False)
    assert shop.obstacle() is None


def test_the_bar_is_for_terminals_only(one_job, capfd):
    shop.load()
    assert capfd.readouterr() == ("", "")


def test_the_same_seed_gives_the_same_story_and_another_one_another():
    assert story.in_order(1, JOBS[:1]) != story.in_order(2, JOBS[:1])
    told, again = (
        [(moment, type(event), getattr(event, "part", None)) for moment, event in story.in_order(shop.SEED)]
        for _ in range(2)
    )
    assert told == again


def test_loaded_on_another_day_it_is_the_same_shop_but_for_ids_and_dates():
    with undone():
        tell((bone_plate.JOB,), now=datetime(2026, 3, 11, 14, 20, tzinfo=UTC))
        on_wednesday = without_ids_and_dates()
        ids = set(Job.objects.values_list("pk", flat=True))
    assert not Serial.objects.exists()
    with undone():
        tell((bone_plate.JOB,), now=datetime(2027, 7, 4, 3, 0, tzinfo=UTC))
        on_sunday = without_ids_and_dates()
        assert ids.isdisjoint(Job.objects.values_list("pk", flat=True))
    assert on_wednesday["entries"]
    for what, rows in on_wednesday.items():
        assert on_sunday[what] == rows, what


def test_looking_whether_there_is_anything_to_do_is_cheap(django_assert_max_num_queries, one_job):
    with django_assert_max_num_queries(9):
        assert shop.obstacle() is None
    run()
    with django_assert_max_num_queries(1):
        assert shop.obstacle()
    assert CertAttachment.objects.exists()
