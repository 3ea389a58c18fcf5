"""Looking something up from anywhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_GET

from shopplanr.floor.pages import page, show
from shopplanr.floor.search import search


@page()
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Show what the words lead to; go there at once where it is one part alone."""
    words = request.GET.get("q", "").strip()
    found = search(words)
    if len(found.serials) == 1 and not (found.jobs or found.certificates):
        return redirect("floor:serial", found.serials[0].id)
    return show(request, "search/results.html", {"words": words, "found": found})


urls = [path("search", results, name="search")]
