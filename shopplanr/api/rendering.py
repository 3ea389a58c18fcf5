"""Writing answers: JSON, always."""

import orjson
from django.utils.encoding import force_str
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer


class JSONRenderer(BaseRenderer):
    """JSON by orjson."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """Return the bytes; nothing for an answer without a body."""
        return b"" if data is None else orjson.dumps(data, default=force_str)


class AlwaysJSON(DefaultContentNegotiation):
    """Answer in JSON, whatever the ``Accept`` header asks for."""

    def select_renderer(self, request, renderers, format_suffix=None):
        """Take the view's first renderer."""
        return renderers[0], renderers[0].media_type
