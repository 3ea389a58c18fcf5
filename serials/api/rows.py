"""Parts in lists, by the thousand: names of jobs, paths and steps are looked up once per route, not per part."""

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from serials.models import Path, SerialStatus, Step
from shopplanr.api.shapes import timestamp
from shopplanr.ids import serial_id

COLUMNS = (
    "number",
    "job_id",
    "path_id",
    "current_step_index",
    "status",
    "scrap_reason",
    "force_completed",
    "created_at",
)


def writer(rows: QuerySet, first: Sequence, complete: bool) -> Callable[[Sequence], list[dict[str, object]]]:
    """Return what writes these parts as ``SerialRowShape``; two queries, whatever their number."""
    path_ids = {row.path_id for row in first} if complete else rows.values("path_id")
    paths = {
        path_id: (job_name, path_name)
        for path_id, job_name, path_name in Path.objects.filter(pk__in=path_ids)
        .order_by()
        .values_list("pk", "job__name", "name")
    }
    steps = {
        (path_id, order): (name, assigned_to)
        for path_id, order, name, assigned_to in Step.objects.filter(path__in=path_ids)
        .order_by()
        .values_list("path_id", "order", "name", "assigned_to_id")
    }

    def write(chunk: Sequence) -> list[dict[str, object]]:
        return [_row(row, paths[row.path_id], steps) for row in chunk]

    return write


def _row(row, names: tuple[str, str], steps: dict[tuple[str, int], tuple[str, str | None]]) -> dict[str, object]:
    assigned_to = None
    if row.status == SerialStatus.IN_PROGRESS:
        step_name, assigned_to = steps[row.path_id, row.current_step_index]
    else:
        step_name = SerialStatus(row.status).label
    result = {
        "id": serial_id(row.number),
        "jobId": row.job_id,
        "jobName": names[0],
        "pathId": row.path_id,
        "pathName": names[1],
        "currentStepIndex": row.current_step_index,
        "currentStepName": step_name,
        "status": row.status.replace("_", "-"),
        "createdAt": timestamp(row.created_at),
    }
    if assigned_to:
        result["assignedTo"] = assigned_to
    if row.scrap_reason:
        result["scrapReason"] = row.scrap_reason
    if row.force_completed:
        result["forceCompleted"] = True
    return result
