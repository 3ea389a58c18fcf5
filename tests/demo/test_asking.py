"""What steps of the demo shop ask for: there are gaps to see, and one part that goes on without."""

import pytest

from certificates import job_coverage
from certificates.coverage import Standing
from serials.models import Job, RequirementPolicy
from shopplanr import clock
from shopplanr.demo.jobs import bone_plate, valve_body
from tests.demo.story import tell
from tests.demo.test_products import NOW

pytestmark = pytest.mark.django_db


def test_steps_ask_in_every_way_and_parts_stand_to_it_in_every_way():
    tell((valve_body.JOB, bone_plate.JOB), NOW)

    with clock.told(NOW):
        found = [job_coverage.of_job(job.pk) for job in Job.objects.all()]
    standings = {cell.standing for each in found for line in each.lines for cell in line.cells}
    assert {Standing.COVERED, Standing.MISSING, Standing.NOT_YET_DUE, Standing.OVERRIDDEN} <= standings
    assert {column.requirement.policy for job in found for column in job.columns} == set(RequirementPolicy.values)
