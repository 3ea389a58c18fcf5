"""How a device shows itself: theme and sound, for those whose browser runs no scripts."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from shopplanr.floor import device
from shopplanr.floor.pages import go, own_address, public_page


@public_page
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Have the device remember what was chosen, and return to where the person was."""
    response = go(request, own_address(request, request.POST.get("next", ""), reverse("floor:home")))
    if (theme := request.POST.get("theme")) in device.THEMES:
        device.remember(request, response, device.THEME, theme)
    if (sound := request.POST.get("sound")) in device.SOUNDS:
        device.remember(request, response, device.SOUND, sound)
    return response


urls = [path("appearance", appearance, name="appearance")]
