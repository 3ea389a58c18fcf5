"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import account, appearance, sign_in, soon

app_name = "floor"

urlpatterns = [
    *account.urls,
    *appearance.urls,
    *sign_in.urls,
    *soon.urls,
]
