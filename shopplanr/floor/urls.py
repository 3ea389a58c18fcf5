"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import (
    account,
    appearance,
    audit,
    board,
    home,
    queue,
    scan,
    search,
    serial,
    serials,
    sign_in,
    soon,
)

app_name = "floor"

urlpatterns = [
    *account.urls,
    *appearance.urls,
    *audit.urls,
    *board.urls,
    *home.urls,
    *queue.urls,
    *scan.urls,
    *search.urls,
    *serials.urls,
    *sign_in.urls,
    *soon.urls,
    *serial.urls,
]
