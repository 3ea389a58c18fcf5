"""``/api/approvals``: what one person asks for and another decides."""

from rest_framework.response import Response

from serials.api.bodies import ActorBody, ApprovalBody, ApproveBody, DeclineBody
from serials.api.filters import ApprovalFilters
from serials.api.shapes import ApprovalShape
from serials.approvals import RIGHT_OF
from serials.models import ApprovalKind
from serials.services import approvals
from shopplanr.accounts.actors import actor_for, decider_for
from shopplanr.accounts.roles import refusal_sentence
from shopplanr.actor import Actor
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.refusals import Forbidden


class ApprovalViewSet(ApiViewSet):
    """Requests for a waiver, an override or a force-completion."""

    listings = {
        "list": Listing(
            filterset=ApprovalFilters,
            orderings={"requestedAt": "requested_at", "decidedAt": "decided_at", "serialId": "serial"},
            default=("requested_at",),
            writer=shaped(ApprovalShape),
        )
    }

    @documented("List approval requests", answer=ApprovalShape, many=True)
    def list(self, request):
        """Oldest first. `state=open` are those that await a decision."""
        return self.listings["list"].answer(request, approvals.readable())

    @documented(
        "Ask for a waiver, an override or a force-completion", body=ApprovalBody, answer=ApprovalShape, code=201
    )
    def create(self, request):
        """Of something that could be done now. Somebody else decides, where the site asks for two people."""
        given = body(request)
        asked = approvals.request(
            given.get("kind"),
            given.get("serialId"),
            given.get("stepId"),
            given.get("reason"),
            actor_for(request, given.get("userId")),
            requirement_id=given.get("requirementId"),
        )
        return self.created(ApprovalShape.of(asked))

    @documented("Get an approval request", answer=ApprovalShape)
    def retrieve(self, request, id):
        """In whatever state it is."""
        return Response(ApprovalShape.of(approvals.find(id)))

    @documented("Approve a request", body=ApproveBody, answer=ApprovalShape)
    def approve(self, request, id):
        """What was asked for is carried out at once, by the approver. Takes the right to do so oneself."""
        given = body(request)
        return Response(ApprovalShape.of(approvals.approve(id, self._decider(request, id, given), given.get("reason"))))

    @documented("Decline a request", body=DeclineBody, answer=ApprovalShape)
    def decline(self, request, id):
        """Nothing is carried out. Takes the right to approve it."""
        given = body(request)
        return Response(ApprovalShape.of(approvals.decline(id, given.get("reason"), self._decider(request, id, given))))

    @documented("Withdraw a request of one's own", body=ActorBody, answer=ApprovalShape)
    def withdraw(self, request, id):
        """Only by whoever asked."""
        return Response(ApprovalShape.of(approvals.withdraw(id, actor_for(request, body(request).get("userId")))))

    def _decider(self, request, id: str, given: dict[str, object]) -> Actor:
        """Return who decides. Raises Forbidden where the caller, or whom it names, could not carry it out."""
        right = RIGHT_OF[ApprovalKind(approvals.find(id).kind)]
        if not request.user.has_perm(right):
            raise Forbidden(refusal_sentence(right))
        return decider_for(request, given.get("userId"), right)
