"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import appearance, soon

app_name = "floor"

urlpatterns = [
    *appearance.urls,
    *soon.urls,
]
