"""``/api/serials/:id/label``: what to stick on a part."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter

from serials.models import Serial
from serials.services import parts
from shopplanr.api.listing import refuse_filters
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.barcodes import Symbology
from shopplanr.floor import label_faces
from shopplanr.floor.addresses import whole_address
from shopplanr.floor.label_sheets import face_of
from shopplanr.floor.label_stock import DEFAULT_STOCK, STOCKS
from shopplanr.values import choice

SVG = "image/svg+xml"

SYMBOLOGY = OpenApiParameter(
    "symbology",
    {"type": "string", "enum": list(Symbology)},
    description="`qr`: the address of the part's page; `datamatrix`: its id alone. `qr` unless given.",
)
SIZE = OpenApiParameter(
    "size", {"type": "string", "enum": list(STOCKS)}, description=f"The label stock. `{DEFAULT_STOCK}` unless given."
)


class LabelViewSet(ApiViewSet):
    """Labels of parts."""

    @documented(
        "Get a serial's label",
        answer=None,
        also={SVG: {"type": "string", "description": "A drawing as large as the label, in millimetres."}},
        parameters=[SYMBOLOGY, SIZE],
    )
    def label(self, request, id) -> HttpResponse:
        """A code to scan, and in clear text the id, the job, its part number and the path."""
        serial = parts.find(id, "SerialNumber", Serial.objects.select_related("job", "path"))
        refuse_filters(request, except_for=(SYMBOLOGY.name, SIZE.name))
        asked = request.query_params
        symbology = Symbology(choice(asked.get(SYMBOLOGY.name, Symbology.QR), SYMBOLOGY.name, Symbology))
        stock = STOCKS[choice(asked.get(SIZE.name, DEFAULT_STOCK), SIZE.name, STOCKS)]
        face = face_of(serial, whole_address(request, "floor:serial", serial.id))
        drawing = label_faces.label(face, stock, symbology)
        return HttpResponse(drawing, content_type=SVG)
