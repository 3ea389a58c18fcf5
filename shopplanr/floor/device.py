"""What a device remembers of itself, in cookies: its station, its theme, its sounds, who signed in there lately.

A tablet is bolted to a machine and used by many, so this belongs to the device and not to a person. Nothing here is
secret, and nothing is believed: a station that does not exist is an empty station.
"""

from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse

from serials.models.routes import NAME_MAX_LENGTH
from shopplanr.lookup import is_plausible_id

STATION, THEME, SOUND, CERTIFICATE = "station", "theme", "sound", "certificate"
PEOPLE = "people"
THEMES = ("light", "dark", "system")
SOUNDS = ("on", "off")

PEOPLE_KEPT = 6

KEPT_SECONDS = 400 * 24 * 60 * 60  # as long as browsers keep any cookie


def station(request: HttpRequest) -> str:
    """Return the name of the station where the device stands, ``""`` where it has not been told."""
    name = unquote(request.COOKIES.get(STATION, "")).strip()
    return name if len(name) <= NAME_MAX_LENGTH and "\0" not in name else ""


def theme(request: HttpRequest) -> str:
    """Return light, dark, or ``system`` where the device follows its own setting."""
    chosen = request.COOKIES.get(THEME)
    return chosen if chosen in THEMES else "system"


def sound(request: HttpRequest) -> bool:
    """Tell whether scans are heard."""
    return request.COOKIES.get(SOUND) != "off"


def certificate(request: HttpRequest) -> str:
    """Return the id of the certificate that is in hand here, which scans attach; ``""`` where there is none."""
    kept = unquote(request.COOKIES.get(CERTIFICATE, ""))
    return kept if is_plausible_id(kept) else ""


def remember(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    """Have the device keep a value, or forget it where it is empty. Scripts write sound and theme by themselves."""
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(name, quote(value), max_age=KEPT_SECONDS, samesite="Lax", secure=request.is_secure())


def people(request: HttpRequest) -> list[str]:
    """Return the ids of those who signed in here lately, the latest first. Signed: nobody else puts names there."""
    kept = request.get_signed_cookie(PEOPLE, default="", salt=PEOPLE)
    return kept.split(".")[:PEOPLE_KEPT] if kept else []


def remember_person(request: HttpRequest, response: HttpResponse, user_id: str) -> None:
    """Have the device keep that somebody signed in there just now."""
    lately = [user_id, *(known for known in people(request) if known != user_id)]
    response.set_signed_cookie(
        PEOPLE,
        ".".join(lately[:PEOPLE_KEPT]),
        salt=PEOPLE,
        max_age=KEPT_SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
