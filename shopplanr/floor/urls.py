"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import appearance, home, scan, search, serial, soon

app_name = "floor"

urlpatterns = [
    *appearance.urls,
    *home.urls,
    *scan.urls,
    *search.urls,
    *soon.urls,
    *serial.urls,
]
