"""The board on the wall: where the work is, and what today has brought. It looks after itself."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from serials.board import board as figures
from shopplanr.floor.pages import is_fragment, page, show

STATIONS_LISTED = 14
"""As many as can be read from the other end of the hall."""


@page(kiosk=True)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the figures of this moment; a screen on the wall asks for them again and again."""
    now = figures()
    stations = list(now.stations)
    busy = [hour.hour for hour in now.hours if hour.finished or hour.scrapped]
    first, last = min([*busy, 6]), max([*busy, 17])
    context = {
        "board": now,
        "stations": stations[:STATIONS_LISTED],
        "more_stations": len(stations) - STATIONS_LISTED,
        "fullest": stations[0].part_count if stations else 0,
        "hours": now.hours[first : last + 1],
        "most": max([1, *(hour.finished + hour.scrapped for hour in now.hours)]),
    }
    return show(request, "board/figures.html" if is_fragment(request) else "board/board.html", context)


urls = [path("board", board, name="board")]
