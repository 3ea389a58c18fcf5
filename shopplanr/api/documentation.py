"""``/api/schema`` and ``/api/docs``: what the API looks like.

There is nothing of the shop in it, so everybody may read it.
"""

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from shopplanr.api.rendering import JSONRenderer
from shopplanr.api.schema import openapi_schema


class SchemaView(APIView):
    """The schema, as JSON."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def get(self, request):
        """Answer the same for everybody."""
        return Response(openapi_schema())


class DocsView(SpectacularSwaggerSplitView):
    """The schema as pages, with scripts of our own site only."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def finalize_response(self, request, response, *args, **kwargs):
        """Answer errors in JSON, as everywhere under ``/api``."""
        if response.exception:
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)
