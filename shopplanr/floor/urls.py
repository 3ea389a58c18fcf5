"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import appearance, board, home, queue, scan, search, serial, serials, soon

app_name = "floor"

urlpatterns = [
    *appearance.urls,
    *board.urls,
    *home.urls,
    *queue.urls,
    *scan.urls,
    *search.urls,
    *serials.urls,
    *soon.urls,
    *serial.urls,
]
