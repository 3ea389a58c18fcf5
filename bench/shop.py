"""The shop that is measured: one job, paths of ten steps, parts and certificates, made through the services."""

from certificates.services import certificates
from serials.services import batches, jobs, paths
from shopplanr.actor import Actor

ACTOR = Actor("bench", credential="command")
STEPS = 10


def make_path(mode: str = "flexible", steps: int = STEPS):
    """Make a job with one path."""
    job = jobs.create({"name": "Bench", "goalQuantity": 100_000}, ACTOR)
    return paths.create(
        {
            "jobId": job.id,
            "name": f"{steps} steps",
            "goalQuantity": 100_000,
            "advancementMode": mode,
            "steps": [{"name": f"Step {number}", "location": f"Cell {number}"} for number in range(1, steps + 1)],
        },
        ACTOR,
    )


def make_certificate():
    """Record a material certificate."""
    fields = {"type": "material", "name": "Mill test report", "metadata": {"heat": "A12345", "grade": "316L"}}
    return certificates.create(fields, ACTOR)


def make_serials(path, quantity: int):
    """Start a batch."""
    return batches.create(path.job_id, path.id, quantity, ACTOR)
