"""Where everything is."""

from django.contrib import admin
from django.urls import include, path, re_path

from shopplanr.api import endpoints, errors
from shopplanr.api.documentation import DocsView, SchemaView

urlpatterns = [
    path(
        "api/",
        include(
            [
                *endpoints.routes(),
                path("schema", SchemaView.as_view(), name="schema"),
                path("docs", DocsView.as_view(url_name="schema"), name="docs"),
            ]
        ),
    ),
    re_path(r"^api(?:/(?P<rest>.*))?$", errors.unknown_endpoint),
    path("admin/", admin.site.urls),
    path("", include("shopplanr.floor.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
