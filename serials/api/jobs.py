"""``/api/jobs``."""

from rest_framework.response import Response

from serials import asked
from serials.api.bodies import JobBody, JobChangeBody, PrioritiesBody
from serials.api.filters import JobFilters
from serials.api.shapes import JobDetailShape, JobProgressShape, JobShape, PathShape
from serials.due_dates import put_due_status
from serials.figures import job_progress
from serials.models import Job
from serials.services import jobs, priorities
from shopplanr.accounts.actors import actor_for
from shopplanr.api.listing import Listing
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse


def job_writer(shape):
    """Return the writer of a list of jobs, each with how it stands to its due date."""

    def writer(rows, first, complete):
        return lambda chunk: shape.each(put_due_status(chunk))

    return writer


class JobViewSet(ApiViewSet):
    """Production orders. What a job is to others as well, they add by ``shape``, ``services`` and ``rows``."""

    shape = JobShape
    services = jobs
    listings = {
        "list": Listing(
            filterset=JobFilters,
            orderings={
                "name": "name",
                "goalQuantity": "goal_quantity",
                "dueDate": "due_date",
                "priority": "priority",
                "createdAt": "created_at",
                "updatedAt": "updated_at",
            },
            default=("created_at",),
            writer=job_writer(JobShape),
        )
    }

    versioned = frozenset({"create", "retrieve", "update"})

    def rows(self):
        """Return every job."""
        return Job.objects.all()

    def shown(self, job):
        """Return one job with how it stands to its due date."""
        return self.shape.of(*put_due_status([job]))

    @documented("List jobs", answer=JobShape, many=True)
    def list(self, request):
        """Oldest first."""
        return self.listings["list"].answer(request, self.rows())

    @documented("Make a job", body=JobBody, answer=JobShape, code=201)
    def create(self, request):
        """Jira fields are taken here, and never change."""
        job = self.services.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(self.shown(job), self.services.version_of_job(job))

    @documented("Get a job with its paths and progress", answer=JobDetailShape)
    def retrieve(self, request, id):
        """Seven queries at most, whatever the number of parts."""
        job = get_or_refuse(self.rows(), id, "Job")
        paths = list(job.paths.prefetch_related("steps", asked.of_steps("steps__")))
        return self.shown_as(
            self.services.version_of_job(job),
            self.shown(job)
            | {"paths": PathShape.each(paths), "progress": JobProgressShape.of(job_progress(job, paths))},
        )

    @documented("Change a job", body=JobChangeBody, answer=JobShape)
    def update(self, request, id):
        """What is left out stays; Jira fields are ignored."""
        actor = actor_for(request, None, anonymous=True)
        job = self.services.update(id, body(request), actor, expected=self.expected(request))
        return self.shown_as(self.services.version_of_job(job), self.shown(job))

    @documented("Put jobs in the order of work", body=PrioritiesBody, answer=JobShape, many=True)
    def reorder(self, request):
        """The jobs take the places that they have together, in the order given; all others stay where they are."""
        ordered = priorities.reorder(body(request).get("jobIds"), actor_for(request, None, anonymous=True))
        rows = self.rows().filter(pk__in=[job.pk for job in ordered]).order_by("priority")
        return Response(self.shape.each(put_due_status(rows)))
