"""Holds the tables against the plain model, and the six invariants of lifecycle.md against the tables."""

from collections import Counter

from audit import trail
from serials import figures
from serials.models import Job, Path
from tests.lifecycle.replay import Replay
from tests.lifecycle.tables import fetch, versions_that_lag_behind


class Comparison:
    """What is checked. ``machine`` holds the model; every part of it is looked at, each time."""

    def __init__(self, machine):
        self.machine = machine
        self.replay = Replay()
        self.attachments: list[tuple] = []

    def after_a_change(self) -> None:
        """Compare everything that a call may have touched, in a constant number of queries."""
        parts = self.machine.parts
        rows = fetch(
            "SELECT number, path_id, current_step_index, status, force_completed FROM serials_serial "
            "ORDER BY created_at, number"
        )
        # 4: ids are unique, gapless, and ascending in order of creation
        assert [number for number, *_ in rows] == list(range(1, len(parts) + 1))
        assert fetch("SELECT last_number FROM serials_serialcounter") == [(len(parts),)]
        assert rows == [(part.number, part.path.id, part.place, part.state, part.forced) for part in parts]

        statuses = _by_part("SELECT serial_id, step_index, status FROM serials_stepstatus")
        assert statuses == {part.number: sorted(enumerate(part.statuses)) for part in parts}
        active = _by_part(
            'SELECT o.serial_id, s."order" FROM serials_stepoverride o JOIN serials_step s ON s.id = o.step_id '
            "WHERE o.active"
        )
        assert active == {
            part.number: sorted((index,) for index in part.overridden) for part in parts if part.overridden
        }
        self._places(statuses)
        self._attachments()
        self._notes()
        self._routes()
        self._replay()

    def _places(self, statuses: dict[int, list[tuple]]) -> None:
        """2: -1 exactly when completed, otherwise the index of the one record in progress."""
        for part in self.machine.parts:
            at = [index for index, status in statuses[part.number] if status == "in_progress"]
            if part.state == "completed":
                assert part.place == -1
                assert part.forced or not at
            else:
                assert at == [part.place]

    def _attachments(self) -> None:
        """5: attachments are never changed or deleted; there is one for each time that the model attached."""
        rows = fetch("SELECT * FROM certificates_certattachment ORDER BY sequence")
        assert rows[: len(self.attachments)] == self.attachments
        self.attachments = rows
        attached = _by_part(
            'SELECT a.serial_id, a.certificate_id, s."order" FROM certificates_certattachment a '
            "JOIN serials_step s ON s.id = a.step_id"
        )
        assert attached == {part.number: sorted(part.attached) for part in self.machine.parts if part.attached}

    def _notes(self) -> None:
        """Notes are never changed or deleted; each is about the parts and the step that the model wrote it about."""
        noted = _by_part(
            "SELECT noted.serial_id, note.public_id, note.step_id FROM serials_noteserial noted "
            "JOIN serials_note note ON note.sequence = noted.note_id"
        )
        assert noted == {part.number: sorted(part.noted) for part in self.machine.parts if part.noted}

    def _routes(self) -> None:
        """Paths and steps are as planned."""
        there = [path for path in self.machine.paths if not path.deleted]
        assert sorted(fetch("SELECT id, advancement_mode FROM serials_path")) == sorted(
            (path.id, path.mode) for path in there
        )
        columns = 'path_id, "order", id, name, optional, dependency_type, assigned_to_id'
        assert sorted(fetch(f"SELECT {columns} FROM serials_step"), key=repr) == sorted(
            (
                (path.id, order, step.id, step.name, step.optional, step.dependency, step.assigned_to)
                for path in there
                for order, step in enumerate(path.steps)
            ),
            key=repr,
        )

    def _replay(self) -> None:
        """3: the entries of a part, from its creation on, give its state and its step statuses."""
        self.replay.catch_up({path.id: path.steps[0].id for path in self.machine.paths})
        assert list(self.replay.parts) == [part.id for part in self.machine.parts]
        for part in self.machine.parts:
            told = self.replay.parts[part.id]
            steps = [step.id for step in part.path.steps]
            assert (told.state, told.forced) == (part.state, part.forced)
            assert told.left_open == [steps[index] for index in part.left_open]
            assert told.at == (None if part.state == "completed" else steps[part.place])
            assert [told.statuses.get(step, "pending") for step in steps[: len(part.statuses)]] == part.statuses
            assert told.overridden == {steps[index] for index in part.overridden}
            assert told.noted == part.noted
            assert told.attached == [(certificate, steps[index]) for certificate, index in part.attached]

    def at_the_end(self) -> None:
        """Compare what costs queries per part or per path."""
        for part in self.machine.parts:
            entries = list(trail.of_serial(part.id).values_list("entry_id", flat=True))
            assert entries == self.replay.entries[part.id]
        assert not trail.of_serial(f"SN-{len(self.machine.parts) + 1:05d}").exists()
        self._counts()
        assert versions_that_lag_behind() == []

    def _counts(self) -> None:
        """1: the parts of a path are those at its steps, those completed and those scrapped."""
        for path in Path.objects.all():
            loads = figures.distribution(path, list(path.steps.order_by("order")))
            states = Counter(path.serials.values_list("status", flat=True))
            at_steps = sum(load.serial_count for load in loads)
            assert at_steps == states["in_progress"]
            assert at_steps + loads[0].completed_count + states["scrapped"] == sum(states.values())
        for job in Job.objects.all():
            progress = figures.job_progress(job, list(job.paths.all()))
            assert progress.total_serials == job.serials.count()
            assert progress.total_completed == sum(path.completed for path in progress.path_progress)


def _by_part(query: str) -> dict[int, list[tuple]]:
    """Return the rows by their first column, sorted."""
    found: dict[int, list[tuple]] = {}
    for number, *what in fetch(query):
        found.setdefault(number, []).append(tuple(what))
    return {number: sorted(rows) for number, rows in found.items()}
