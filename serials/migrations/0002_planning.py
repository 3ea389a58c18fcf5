"""What planners know of a job, and the shop's order of work: jobs that are there get their places by age."""

from django.db import migrations, models

import shopplanr.fields
from shopplanr import clock

ROWS_AT_ONCE = 500

BOTH = ("job", "historicaljob")


def give_places(apps, schema_editor) -> None:
    """Put the jobs in order by age, and write a version of each, because a version is a whole row."""
    job_model, version_model = apps.get_model("serials", "Job"), apps.get_model("serials", "HistoricalJob")
    alias = schema_editor.connection.alias
    columns = [field.attname for field in job_model._meta.concrete_fields]
    jobs = list(job_model.objects.using(alias).order_by("created_at", "id"))
    for place, job in enumerate(jobs, start=1):
        job.priority = place
    job_model.objects.using(alias).bulk_update(jobs, ["priority"], batch_size=ROWS_AT_ONCE)
    # by nobody: the migration is what did it
    moment = clock.now()
    version_model.objects.using(alias).bulk_create(
        (
            version_model(
                **{column: getattr(job, column) for column in columns},
                history_date=moment,
                history_type="~",
                history_change_reason="Jobs got places in the order of work, by age",
            )
            for job in jobs
        ),
        batch_size=ROWS_AT_ONCE,
    )
    apps.get_model("serials", "OrderOfWork").objects.using(alias).get_or_create(pk=1)


def on_both(name: str, field: models.Field) -> list[migrations.AddField]:
    """Return what adds a column to jobs and to their versions."""
    return [migrations.AddField(model_name=model, name=name, field=field) for model in BOTH]


class Migration(migrations.Migration):
    dependencies = [
        ("serials", "0001_initial"),
    ]

    operations = [
        *on_both("customer", models.CharField(blank=True, default="", max_length=255)),
        *on_both(
            "purchase_order",
            models.CharField(blank=True, default="", help_text="The customer's number for the order.", max_length=255),
        ),
        *on_both("part_number", models.CharField(blank=True, default="", max_length=255)),
        *on_both("part_revision", models.CharField(blank=True, default="", max_length=255, verbose_name="revision")),
        *on_both(
            "ranked",
            models.BooleanField(
                default=False,
                help_text="Somebody gave it its place. Otherwise it came behind the others when it was made.",
            ),
        ),
        *on_both(
            "tags",
            shopplanr.fields.WordsField(blank=True, help_text="Words by which the shop groups its jobs.", null=True),
        ),
        migrations.CreateModel(
            name="OrderOfWork",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name_plural": "order of work",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="order_of_work_single"),
                ],
            },
        ),
        # Versions from before there were places say 0.
        migrations.AddField(
            model_name="historicaljob",
            name="priority",
            field=models.PositiveIntegerField(
                default=0, help_text="Place in the shop's order of work; 1 is the first."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="job",
            name="priority",
            field=models.PositiveIntegerField(
                null=True, help_text="Place in the shop's order of work; 1 is the first."
            ),
        ),
        migrations.RunPython(give_places, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="job",
            name="priority",
            field=models.PositiveIntegerField(help_text="Place in the shop's order of work; 1 is the first."),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(condition=models.Q(("priority__gt", 0)), name="job_priority_from_one"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(fields=("priority",), name="job_priority_unique"),
        ),
    ]
