"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import (
    account,
    appearance,
    audit,
    board,
    certificates,
    home,
    libraries,
    queue,
    routes,
    scan,
    search,
    serial,
    serials,
    sign_in,
    soon,
    templates,
)

app_name = "floor"

urlpatterns = [
    *account.urls,
    *appearance.urls,
    *audit.urls,
    *board.urls,
    *certificates.urls,
    *home.urls,
    *libraries.urls,
    *queue.urls,
    *routes.urls,
    *scan.urls,
    *search.urls,
    *serials.urls,
    *sign_in.urls,
    *soon.urls,
    *templates.urls,
    *serial.urls,
]
