"""What there is to do on the floor, by person, by step and by station. Nothing here changes anything.

Every read takes a constant number of queries, whatever the number of jobs and parts, and an optional ``most``: how many
parts of each list are looked up in detail. What is counted is exact all the same.
"""

from serials.queues.routes import WorkQueueJob
from serials.queues.standing import PartInfo
from serials.queues.starting import Startable, startable_at
from serials.queues.stations import Bucket, StationQueue, StepQueue, at_station, at_step
from serials.queues.wip import Station, StationLoad, loads, stations
from serials.queues.work import (
    UNASSIGNED,
    OperatorQueue,
    WorkQueue,
    WorkQueueGroup,
    queue_of,
    whole_queue,
    work_queue,
)

__all__ = [
    "UNASSIGNED",
    "Bucket",
    "OperatorQueue",
    "PartInfo",
    "Startable",
    "Station",
    "StationLoad",
    "StationQueue",
    "StepQueue",
    "WorkQueue",
    "WorkQueueGroup",
    "WorkQueueJob",
    "at_station",
    "at_step",
    "loads",
    "queue_of",
    "startable_at",
    "stations",
    "whole_queue",
    "work_queue",
]
