"""``/api/templates``: routes to copy."""

from rest_framework.response import Response

from serials import asked
from serials.api.bodies import ApplyBody, TemplateBody, TemplateChangeBody
from serials.api.filters import TemplateFilters
from serials.api.shapes import PathShape, TemplateRouteShape
from serials.models import RouteTemplate
from serials.services import templates
from shopplanr.accounts.actors import actor_for
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.shapes import SuccessShape
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse


class TemplateViewSet(ApiViewSet):
    """Route templates."""

    listings = {
        "list": Listing(
            filterset=TemplateFilters,
            orderings={"name": "name", "createdAt": "created_at", "updatedAt": "updated_at"},
            default=("name",),
            writer=shaped(TemplateRouteShape),
        )
    }

    def rows(self):
        """Return every template with its steps."""
        return RouteTemplate.objects.prefetch_related("steps", asked.of_template_steps("steps__"))

    @documented("List route templates", answer=TemplateRouteShape, many=True)
    def list(self, request):
        """By name, with their steps."""
        return self.listings["list"].answer(request, self.rows())

    @documented("Make a route template", body=TemplateBody, answer=TemplateRouteShape, code=201)
    def create(self, request):
        """Written out, or copied from a path."""
        template = templates.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(TemplateRouteShape.of(asked.with_steps(template)))

    @documented("Get a route template", answer=TemplateRouteShape)
    def retrieve(self, request, id):
        """With its steps."""
        return Response(TemplateRouteShape.of(get_or_refuse(self.rows(), id, templates.NOUN)))

    @documented("Change a route template", body=TemplateChangeBody, answer=TemplateRouteShape)
    def update(self, request, id):
        """What is left out stays. Paths that were made from it do not change."""
        template = templates.update(id, body(request), actor_for(request, None, anonymous=True))
        return Response(TemplateRouteShape.of(asked.with_steps(template)))

    @documented("Delete a route template", answer=SuccessShape)
    def destroy(self, request, id):
        """Paths that were made from it do not change."""
        templates.delete(id, actor_for(request, None, anonymous=True))
        return Response({"success": True})

    @documented("Make a path from a route template", body=ApplyBody, answer=PathShape, code=201)
    def apply(self, request, id):
        """A copy with all settings of the steps, independent from then on."""
        path = templates.apply(id, body(request), actor_for(request, None, anonymous=True))
        return self.created(PathShape.of(asked.with_steps(path)))
