"""An API of one endpoint that answers who is calling: accounts are tested without any of the shop's own endpoints."""

from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from shopplanr.accounts.roles import Right

URL = "/probe"


class ProbeViewSet(ViewSet):
    """Reading needs Right.READ, posting Right.SCRAP; deleting is an action that the table forgot."""

    rights = {"list": Right.READ, "create": Right.SCRAP}

    def list(self, request):
        """Say who is calling."""
        return Response({"user": request.user.pk, "name": request.user.name})

    def create(self, request):
        """The same, for those who may scrap."""
        return self.list(request)

    def destroy(self, request):
        """Nobody gets here."""
        raise AssertionError("a view without a right was reached")


class UndeclaredView(APIView):
    """Declares no rights at all."""

    def get(self, request):
        """Nobody gets here."""
        raise AssertionError("a view without rights was reached")


urlpatterns = [
    path("probe", ProbeViewSet.as_view({"get": "list", "post": "create", "delete": "destroy"})),
    path("undeclared", UndeclaredView.as_view()),
]
