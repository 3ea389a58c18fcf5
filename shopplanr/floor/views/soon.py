"""Places whose pages are being built: removed with the last of them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from shopplanr.floor.pages import page, show


@page()
def soon(request: HttpRequest) -> HttpResponse:
    """Say that the page is being built."""
    return show(request, "soon.html")


urls = [
    path("jobs/<str:id>/routes/new", soon, name="new-route"),
    path("paths/<str:id>/edit", soon, name="edit-route"),
]
