"""``/api/users``."""

from django.db.models import Q
from django_filters import FilterSet, filters
from rest_framework import serializers

from shopplanr.accounts.models import User
from shopplanr.accounts.services import create_user, update_user, version_of_user
from shopplanr.api.filters import TrueFalseFilter
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.shapes import Shape, Text, Timestamp
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse


class UserShape(Shape):
    """A person, or a program that calls in its own name."""

    id = Text()
    name = Text(help_text="As people in the shop know them.")
    department = Text(required=False)
    active = serializers.BooleanField(source="is_active", help_text="Whether they can still do anything.")
    createdAt = Timestamp(source="created_at")


class UserBody(Shape):
    """What makes a user."""

    name = Text(max_length=255)
    department = Text(required=False, allow_null=True, allow_blank=True, max_length=255)


class UserChangeBody(Shape):
    """What of a user can change; what is left out stays, a department of ``null`` goes."""

    name = Text(required=False, max_length=255)
    department = Text(required=False, allow_null=True, allow_blank=True, max_length=255)
    active = serializers.BooleanField(required=False)


class UserFilters(FilterSet):
    """People."""

    search = filters.CharFilter(method="find", label="Words in the name or the department.")
    active = TrueFalseFilter(field_name="is_active", label="Whether they can still do anything.")
    department = filters.CharFilter(field_name="department", label="People of this department.")

    class Meta:
        model = User
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look in what people know one another by."""
        return rows.filter(Q(name__icontains=value) | Q(department__icontains=value))


class UserViewSet(ApiViewSet):
    """People. Accounts that can sign in to the admin are listed here, and changed only there."""

    versioned = frozenset({"create", "retrieve", "update"})
    listings = {
        "list": Listing(
            filterset=UserFilters,
            orderings={
                "name": "name",
                "department": "department",
                "active": "is_active",
                "createdAt": "created_at",
            },
            default=("-is_active", "name"),
            writer=shaped(UserShape),
            columns=("id", "name", "department", "is_active", "created_at"),
        )
    }

    @documented("List users", answer=UserShape, many=True)
    def list(self, request):
        """Active people first, then by name."""
        return self.listings["list"].answer(request, User.objects.all())

    @documented("Make a user", body=UserBody, answer=UserShape, code=201)
    def create(self, request):
        """A new user is an operator; an administrator gives other roles, and ways to sign in."""
        given = body(request)
        user = create_user(given.get("name"), given.get("department"))
        return self.created(UserShape.of(user), version_of_user(user))

    @documented("Get a user", answer=UserShape)
    def retrieve(self, request, id):
        """Active or not."""
        user = get_or_refuse(User.objects.all(), id, "User")
        return self.shown_as(version_of_user(user), UserShape.of(user))

    @documented("Change a user", body=UserChangeBody, answer=UserShape)
    def update(self, request, id):
        """What is left out stays. Whoever is made inactive is signed out everywhere, tokens included."""
        user = update_user(id, body(request), expected=self.expected(request))
        return self.shown_as(version_of_user(user), UserShape.of(user))
