"""Places whose pages are being built: removed with the last of them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from shopplanr.floor.pages import page, public_page, show


@page()
def soon(request: HttpRequest) -> HttpResponse:
    """Say that the page is being built."""
    return show(request, "soon.html")


@public_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Say that the page is being built."""
    return show(request, "soon.html")


urls = [
    path("labels", soon, name="labels"),
    path("jobs/<str:id>/traveler", soon, name="traveler"),
    path("serials", soon, name="serials"),
    path("serials/jump", soon, name="jump"),
    path("jobs/<str:id>/routes/new", soon, name="new-route"),
    path("paths/<str:id>/edit", soon, name="edit-route"),
    path("certificates", soon, name="certificates"),
    path("certificates/<str:id>", soon, name="certificate"),
    path("audit", soon, name="audit"),
    path("sign-in", sign_in, name="sign-in"),
    path("switch-user", soon, name="switch-user"),
    path("account", soon, name="account"),
]
