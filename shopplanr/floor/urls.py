"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import soon

app_name = "floor"

urlpatterns = [
    *soon.urls,
]
