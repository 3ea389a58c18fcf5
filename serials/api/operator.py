"""``/api/operator``: what there is to do, by person, by step and by station; and ``/api/board``, the wall board.

A step is named as the shop likes. What comes behind ``operator/`` is the name of a step, slashes included, unless it is
one of the words that stand for something else; behind ``operator/named/`` it is always a name.
"""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from serials import queues
from serials.api.operator_shapes import (
    BoardShape,
    OperatorQueueShape,
    StationQueueShape,
    StepQueueShape,
    WorkQueueShape,
)
from serials.board import board
from shopplanr.api.listing import page_number, refuse_filters
from shopplanr.api.schema import WHOLE, documented
from shopplanr.api.viewsets import ApiViewSet

LIMIT = "limit"
PARTS_LIMIT = OpenApiParameter(
    LIMIT, WHOLE, description="At most so many parts in each list; the counts tell how many there are."
)
IDS_LIMIT = OpenApiParameter(
    LIMIT, WHOLE, description="At most so many ids of parts for each step; `partCount` tells how many there are."
)


def asked_limit(request: Request) -> int | None:
    """Return how many parts of each list the request wants, None for all. Raises a 400 for any other parameter."""
    refuse_filters(request, except_for=(LIMIT,))
    return page_number(request.query_params.get(LIMIT), LIMIT)


class OperatorViewSet(ApiViewSet):
    """What an operator sees: reads only."""

    @documented("Get everybody's work, person by person", answer=WorkQueueShape, parameters=[IDS_LIMIT])
    def work_queue(self, request):
        """By name, what is nobody's last. First steps of unfinished paths are there without parts too."""
        return Response(WorkQueueShape.of(queues.work_queue(asked_limit(request))))

    @documented("Get everybody's work in one list", answer=OperatorQueueShape, parameters=[IDS_LIMIT])
    def whole_queue(self, request):
        """Most urgent job first. First steps of unfinished paths are there without parts too."""
        return Response(OperatorQueueShape.of(queues.whole_queue(asked_limit(request))))

    @documented("Get one person's work", answer=OperatorQueueShape, parameters=[IDS_LIMIT])
    def queue(self, request, user_id):
        """The steps that are assigned to this person; empty for an unknown one."""
        return Response(OperatorQueueShape.of(queues.queue_of(user_id, asked_limit(request))))

    @documented(
        "Get the parts at one step, and those on their way to it", answer=StepQueueShape, parameters=[PARTS_LIMIT]
    )
    def step(self, request, id):
        """Most urgent job first, and of these the part that has waited longest."""
        return Response(StepQueueShape.of(queues.at_step(id, asked_limit(request))))

    @documented(
        "Get the parts at a station, and those on their way to it", answer=StationQueueShape, parameters=[PARTS_LIMIT]
    )
    def station(self, request, step_name):
        """Of all steps of exactly this name, in all jobs; empty where there is none."""
        return Response(StationQueueShape.of(queues.at_station(step_name, asked_limit(request))))

    @documented(
        "Get a station whose name stands for something else", answer=StationQueueShape, parameters=[PARTS_LIMIT]
    )
    def named_station(self, request, step_name):
        """The same for any name: of a step that is called `work-queue`, or that begins with `step/`."""
        return self.station(request, step_name)


class BoardViewSet(ApiViewSet):
    """The board on the wall."""

    @documented("Get the figures of the wall board", answer=BoardShape, tag="operator")
    def board(self, request):
        """Where the parts are now, and what today has brought, hour by hour."""
        refuse_filters(request)
        return Response(BoardShape.of(board()))
