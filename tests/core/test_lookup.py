"""Finding a record by an id that a client sent, whatever that may be."""

import pytest

from serials.models import Job
from shopplanr.ids import ID_MAX_LENGTH
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import NotFound
from tests.factories import JobFactory

IMPLAUSIBLE = [None, "", 0, 1, True, [], {}, ["job_x"], "job\0x", "\0", "x" * (ID_MAX_LENGTH + 1), "x" * 100_000]


@pytest.mark.parametrize("value", IMPLAUSIBLE, ids=lambda value: repr(value)[:20])
def test_what_could_be_no_id_is_told_by_its_looks(value):
    assert not is_plausible_id(value)


@pytest.mark.parametrize("value", ["x", "job_Xq3", "../../etc/passwd", "' OR 1=1 --", "ключ", "x" * ID_MAX_LENGTH])
def test_any_other_text_may_be_an_id(value):
    assert is_plausible_id(value)


@pytest.mark.django_db
def test_a_record_is_found_by_its_id():
    job = JobFactory()
    assert get_or_refuse(Job.objects.all(), job.id, "Job") == job


@pytest.mark.django_db
@pytest.mark.parametrize("value", [*IMPLAUSIBLE, "job_x", "' OR 1=1 --", "ключ"], ids=lambda value: repr(value)[:20])
def test_an_unknown_id_is_refused_with_the_documented_sentence(value):
    JobFactory()
    with pytest.raises(NotFound) as refused:
        get_or_refuse(Job.objects.all(), value, "Job")
    assert refused.value.message == f"Job not found: {value}"


@pytest.mark.django_db
def test_what_could_be_no_id_never_reaches_the_database(django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(NotFound):
        get_or_refuse(Job.objects.all(), "job\0x", "Job")


@pytest.mark.django_db
def test_only_the_given_rows_are_looked_at():
    job = JobFactory()
    with pytest.raises(NotFound):
        get_or_refuse(Job.objects.none(), job.id, "Job")
