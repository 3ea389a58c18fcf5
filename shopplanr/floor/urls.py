"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import labels, soon, travelers

app_name = "floor"

urlpatterns = [
    *labels.urls,
    *travelers.urls,
    *soon.urls,
]
