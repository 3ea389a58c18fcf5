"""Where everything is."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from shopplanr.api import endpoints, errors

# Reading what the API looks like needs no account: there is nothing of the shop in it.
OPEN = {"authentication_classes": [], "permission_classes": [AllowAny]}

urlpatterns = [
    path(
        "api/",
        include(
            [
                *endpoints.routes(),
                path("schema", SpectacularJSONAPIView.as_view(**OPEN), name="schema"),
                path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema", **OPEN), name="docs"),
            ]
        ),
    ),
    re_path(r"^api(?:/(?P<rest>.*))?$", errors.unknown_endpoint),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
