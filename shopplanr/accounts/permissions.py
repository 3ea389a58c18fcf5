"""Asks the table of rights before a view of the API does anything."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from shopplanr.accounts.roles import Right, refusal_sentence


class HasRight(BasePermission):
    """Lets a caller through who holds the right that the view names for the action.

    ``view.rights`` maps an action (``list``, ``create``, …) to a Right, or to several of which one will do. What is not
    in it is refused: an action that nobody thought of is closed, not open.
    """

    code = "forbidden"

    def has_permission(self, request: Request, view) -> bool:
        """Tell whether the caller may; an unknown caller is refused with 401, a known one with 403 and a sentence."""
        action = getattr(view, "action", "")
        if action is None or (action == "metadata" and view.metadata_class is None):
            return True  # the view has no such verb, which the framework answers with 405
        if not request.user or not request.user.is_authenticated:
            return False
        right = getattr(view, "rights", {}).get(action)
        rights = right if isinstance(right, tuple) else (right,)
        if not all(isinstance(each, Right) for each in rights):
            self.message = "Nobody may do this."
            return False
        self.message = refusal_sentence(rights[0])
        return any(request.user.has_perm(each) for each in rights)
