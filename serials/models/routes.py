"""What to make, how many, and by which route."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from audit.history import tracked
from shopplanr import clock
from shopplanr.fields import WordsField
from shopplanr.ids import ID_MAX_LENGTH, new_job_id, new_path_id, new_step_id

NAME_MAX_LENGTH = 255


class AdvancementMode(models.TextChoices):
    """How parts may move along a path (lifecycle.md, "Advancement")."""

    STRICT = "strict", "Strict: one step after the other"
    FLEXIBLE = "flexible", "Flexible: jump ahead; optional steps are skipped, required ones deferred"
    PER_STEP = "per_step", "Per step: like flexible, but physical steps cannot be passed"


class DependencyType(models.TextChoices):
    """How much the steps behind depend on this one."""

    PHYSICAL = "physical", "Physical: later steps cannot be done before it"
    PREFERRED = "preferred", "Preferred: usually done in this order"
    COMPLETION_GATE = "completion_gate", "Completion gate: may be passed, must be done before the end"


class Job(models.Model):
    """A production order: what to make, and how many."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_job_id, editable=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    goal_quantity = models.PositiveIntegerField(help_text="How many good parts the order asks for.")
    customer = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    purchase_order = models.CharField(
        max_length=NAME_MAX_LENGTH, blank=True, default="", help_text="The customer's number for the order."
    )
    part_number = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    part_revision = models.CharField("revision", max_length=NAME_MAX_LENGTH, blank=True, default="")
    due_date = models.DateField(null=True, blank=True, help_text="The day on which the last part is to be shipped.")
    priority = models.PositiveIntegerField(help_text="Place in the shop's order of work; 1 is the first.")
    ranked = models.BooleanField(
        default=False, help_text="Somebody gave it its place. Otherwise it came behind the others when it was made."
    )
    tags = WordsField(help_text="Words by which the shop groups its jobs.")
    jira_ticket_key = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    jira_ticket_summary = models.TextField(blank=True, default="")
    jira_part_number = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    jira_priority = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    jira_epic_link = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    jira_labels = models.JSONField(null=True, blank=True, help_text="A list of words.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["created_at", "id"]
        permissions = [("plan_jobs", "Can plan jobs, paths and steps")]
        constraints = [
            models.CheckConstraint(name="job_has_a_goal", condition=Q(goal_quantity__gt=0)),
            models.CheckConstraint(name="job_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="job_priority_from_one", condition=Q(priority__gt=0)),
            # also serves the list in the order of work, and the search for its end
            models.UniqueConstraint(fields=["priority"], name="job_priority_unique"),
        ]
        indexes = [
            # GET /jobs: the whole list, oldest first
            models.Index(fields=["created_at", "id"], name="job_oldest_first"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def given_priority(self) -> int | None:
        """Return the place in the order of work that somebody gave it, None where nobody did yet."""
        return self.priority if self.ranked else None


class OrderOfWork(models.Model):
    """The shop's order of work: one row without content, which is held by whoever adds a job or moves one.

    So two who do that at once get their turns, and places stay without gaps and without doubles.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)

    class Meta:
        verbose_name_plural = "order of work"
        constraints = [models.CheckConstraint(name="order_of_work_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return "the order of work"


class Path(models.Model):
    """One manufacturing route of a job: its steps in order, and how parts may move along them."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_path_id, editable=False)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="paths")
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    goal_quantity = models.PositiveIntegerField(help_text="How many good parts are to come from this route.")
    advancement_mode = models.CharField(max_length=20, choices=AdvancementMode, default=AdvancementMode.STRICT)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(name="path_has_a_goal", condition=Q(goal_quantity__gt=0)),
            models.CheckConstraint(name="path_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="path_mode_known", condition=Q(advancement_mode__in=AdvancementMode.values)),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One operation of a path, at its place in the order."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_step_id, editable=False)
    path = models.ForeignKey(Path, on_delete=models.PROTECT, related_name="steps", db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    order = models.PositiveIntegerField(help_text="Place in the path, from 0.")
    location = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_steps"
    )
    optional = models.BooleanField(default=False)
    dependency_type = models.CharField(max_length=20, choices=DependencyType, default=DependencyType.PREFERRED)

    history = tracked()

    class Meta:
        ordering = ["path_id", "order"]
        constraints = [
            # also serves every read of a route in order, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["path", "order"], name="step_order_unique_in_path"),
            models.CheckConstraint(name="step_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="step_dependency_known", condition=Q(dependency_type__in=DependencyType.values)
            ),
        ]
        indexes = [
            # GET /operator/:stepName, and the list of stations with their locations
            models.Index(fields=["name", "location"], name="step_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def asked(self) -> list:
        """Return the certificates that the step asks for now; ``serials.asked`` reads them of many steps at once."""
        return list(self.requirements.filter(retired_at=None).order_by("certificate_type", "en10204_minimum"))

    @property
    def asked_if_any(self) -> list | None:
        """Return the same, None where it asks for none."""
        return self.asked or None
