"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import account, appearance, home, scan, search, serial, sign_in, soon

app_name = "floor"

urlpatterns = [
    *account.urls,
    *appearance.urls,
    *home.urls,
    *scan.urls,
    *search.urls,
    *sign_in.urls,
    *soon.urls,
    *serial.urls,
]
