"""``/api/paths`` and ``/api/steps``."""

from rest_framework.response import Response

from serials import asked
from serials.api.bodies import AssignBody, ModeBody, PathBody, PathChangeBody, RequirementsBody, StepConfigBody
from serials.api.shapes import PathDetailShape, PathShape, StepLoadShape, StepShape
from serials.figures import distribution
from serials.models import Path, Step
from serials.services import paths, requirements, steps
from shopplanr.accounts.actors import actor_for
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.shapes import SuccessShape
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse
from shopplanr.values import MISSING


class PathViewSet(ApiViewSet):
    """Manufacturing routes."""

    versioned = frozenset({"create", "retrieve", "update", "set_mode", "destroy"})

    @documented("Make a path with its steps", body=PathBody, answer=PathShape, code=201)
    def create(self, request):
        """The order of the steps is that of the array."""
        path = paths.create(body(request), actor_for(request, None, anonymous=True))
        return self._shown(path, status=201)

    @documented("Get a path, and where its parts stand", answer=PathDetailShape)
    def retrieve(self, request, id):
        """Seven queries at most, whatever the number of parts."""
        path = get_or_refuse(Path.objects.prefetch_related("steps", asked.of_steps("steps__")), id, "Path")
        loads = distribution(path, path.steps.all())
        return self._shown(path, distribution=StepLoadShape.each(loads))

    @documented("Change a path", body=PathChangeBody, answer=PathShape)
    def update(self, request, id):
        """Steps that parts carry change in place; more can be appended, none removed or reordered."""
        actor = actor_for(request, None, anonymous=True)
        return self._shown(paths.update(id, body(request), actor, expected=self.expected(request)))

    @documented("Change how parts may move along a path", body=ModeBody, answer=PathShape)
    def set_mode(self, request, id):
        """Strict, flexible or per step."""
        mode = body(request).get("advancementMode")
        actor = actor_for(request, None, anonymous=True)
        return self._shown(paths.set_mode(id, mode, actor, expected=self.expected(request)))

    @documented("Delete a path that no part was ever made on", answer=SuccessShape)
    def destroy(self, request, id):
        """Its steps go with it."""
        paths.delete(id, actor_for(request, None, anonymous=True), expected=self.expected(request))
        return Response({"success": True})

    def _shown(self, path: Path, status: int = 200, **more: object) -> Response:
        path = asked.with_steps(path)  # read once, for the answer and for its version
        return self.shown_as(paths.version_of_path(path), PathShape.of(path) | more, status)


class StepViewSet(ApiViewSet):
    """Operations of a path."""

    versioned = frozenset({"retrieve", "assign", "configure", "ask"})

    @documented("Get a step", answer=StepShape)
    def retrieve(self, request, id):
        """As it stands in its path."""
        return self._shown(steps.find(id))

    @documented("Give a step to a person, or to nobody", body=AssignBody, answer=StepShape)
    def assign(self, request, id):
        """``null`` takes the assignment away."""
        user_id = body(request).get("userId", MISSING)
        actor = actor_for(request, None, anonymous=True)
        return self._shown(steps.assign(id, user_id, actor, expected=self.expected(request)))

    @documented("Change whether a step may be passed", body=StepConfigBody, answer=StepShape)
    def configure(self, request, id):
        """A value that is not valid is ignored."""
        actor = actor_for(request, None, anonymous=True)
        return self._shown(steps.configure(id, body(request), actor, expected=self.expected(request)))

    @documented("Say which certificates a step asks for", body=RequirementsBody, answer=StepShape)
    def ask(self, request, id):
        """These and no others. It counts for every part that leaves the step from now on."""
        actor = actor_for(request, None, anonymous=True)
        wanted = body(request).get("requirements")
        return self._shown(requirements.set_of_step(id, wanted, actor, expected=self.expected(request)))

    def _shown(self, step: Step) -> Response:
        return self.shown_as(steps.version_of_step(step), StepShape.of(step))
