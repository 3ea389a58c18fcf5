"""Filters of the lists of parts and of their steps."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from serials.admin.marks import DUE_MARKS
from serials.due_dates import standing, still_open
from serials.models import Job, Path, SerialStatus, Step, StepOverride, StepStatus, StepStatusCode
from serials.scheduling import DueStatus
from shopplanr.admin.filters import CHOICES_AT_MOST, MenuFilter

DEFERRED = StepStatusCode.DEFERRED.value


class ShortChoices(admin.ChoicesFieldListFilter):
    """The choices of a field without their explanations, which follow a colon."""

    def choices(self, changelist):
        """Return the choices, short."""
        for choice in super().choices(changelist):
            yield choice | {"display": str(choice["display"]).split(":")[0]}


class ByJob(MenuFilter):
    """Of one job. ``through`` is how the listed records reach it."""

    title = "job"
    parameter_name = "job"
    through = "job"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer the jobs, the newest first."""
        return Job.objects.order_by("-created_at", "pk").values_list("pk", "name")[:CHOICES_AT_MOST]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the job's."""
        return queryset.filter(**{self.through: self.value()}) if self.value() else queryset


class ByDueStatus(admin.SimpleListFilter):
    """How jobs stand to their due dates."""

    title = "whether in time"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer what stands out first."""
        return [*((status.value, DUE_MARKS[status].word) for status in DueStatus), ("open", "Still open")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Judge by the site's day."""
        if self.value() == "open":
            return still_open(queryset)
        return standing(queryset, DueStatus(self.value())) if self.value() in set(DueStatus) else queryset


class ByPath(MenuFilter):
    """Of one path; where a job is chosen, of one of its paths."""

    title = "path"
    parameter_name = "path"
    through = "path"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer the job's paths, or all of them with their jobs, the newest first."""
        paths = Path.objects.order_by("-created_at", "pk")
        if job := request.GET.get("job"):
            return paths.filter(job=job).values_list("pk", "name")[:CHOICES_AT_MOST]
        rows = paths.values_list("pk", "job__name", "name")[:CHOICES_AT_MOST]
        return [(pk, f"{job_name} · {name}") for pk, job_name, name in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the path's."""
        return queryset.filter(**{self.through: self.value()}) if self.value() else queryset


class ByStep(MenuFilter):
    """Parts that stand at a step; offered once a path is chosen."""

    title = "step where it stands"
    parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer the path's steps in order."""
        path = request.GET.get("path")
        steps = Step.objects.filter(path=path).order_by("order").values_list("pk", "order", "name") if path else ()
        return [(pk, f"{order + 1} {name}") for pk, order, name in steps]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the parts whose one record in progress is this step's."""
        if not self.value():
            return queryset
        here = StepStatus.objects.filter(serial=OuterRef("pk"), step=self.value(), status=StepStatusCode.IN_PROGRESS)
        return queryset.filter(Exists(here), status="in_progress")


class ByStepOfRecord(ByStep):
    """Records of one step; offered once a path is chosen."""

    title = "step"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the step's."""
        return queryset.filter(step=self.value()) if self.value() else queryset


class ByStateOfPart(admin.SimpleListFilter):
    """What belongs to parts in production, or to parts that have ended."""

    title = "part"
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer the parts' states."""
        return SerialStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take what belongs to such parts."""
        return queryset.filter(serial__status=self.value()) if self.value() in SerialStatus else queryset


class ByOpenQuestion(admin.SimpleListFilter):
    """Parts that somebody still has to decide about."""

    title = "open questions"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer the questions."""
        return [("deferred", "A step is deferred"), ("override", "A step is overridden")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the parts with such a step."""
        if self.value() == "deferred":
            # in the words of the index of deferred steps; asked of each part, it would be asked 100,000 times
            return queryset.filter(pk__in=StepStatus.objects.filter(status=DEFERRED).order_by().values("serial"))
        if self.value() == "override":
            return queryset.filter(pk__in=StepOverride.objects.filter(active=True).order_by().values("serial"))
        return queryset


class ByJobOfSerial(ByJob):
    """Of one job, for what belongs to a part."""

    through = "serial__job"


class ByPathOfSerial(ByPath):
    """Of one path, for what belongs to a part."""

    through = "serial__path"
