"""``/api/jobs``."""

from rest_framework.response import Response

from serials.api.bodies import JobBody, JobChangeBody
from serials.api.filters import JobFilters
from serials.api.shapes import JobDetailShape, JobProgressShape, JobShape, PathShape
from serials.figures import job_progress
from serials.models import Job
from serials.services import jobs
from shopplanr.accounts.actors import actor_for
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse


class JobViewSet(ApiViewSet):
    """Production orders."""

    listings = {
        "list": Listing(
            filterset=JobFilters,
            orderings={
                "name": "name",
                "goalQuantity": "goal_quantity",
                "dueDate": "due_date",
                "createdAt": "created_at",
                "updatedAt": "updated_at",
            },
            default=("created_at",),
            writer=shaped(JobShape),
        )
    }

    @documented("List jobs", answer=JobShape, many=True)
    def list(self, request):
        """Oldest first."""
        return self.listings["list"].answer(request, Job.objects.all())

    @documented("Make a job", body=JobBody, answer=JobShape, code=201)
    def create(self, request):
        """Jira fields are taken here, and never change."""
        job = jobs.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(JobShape.of(job))

    @documented("Get a job with its paths and progress", answer=JobDetailShape)
    def retrieve(self, request, id):
        """Six queries at most, whatever the number of parts."""
        job = get_or_refuse(Job.objects.all(), id, "Job")
        paths = list(job.paths.prefetch_related("steps"))
        return Response(
            JobShape.of(job)
            | {"paths": PathShape.each(paths), "progress": JobProgressShape.of(job_progress(job, paths))}
        )

    @documented("Change a job", body=JobChangeBody, answer=JobShape)
    def update(self, request, id):
        """What is left out stays; Jira fields are ignored."""
        job = jobs.update(id, body(request), actor_for(request, None, anonymous=True))
        return Response(JobShape.of(job))
