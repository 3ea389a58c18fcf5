"""What queues have to answer, found by looking at every part of a shop, one by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.queues.floor import UNRANKED, Floor, Piece, since, step_id

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answers:
    """A shop, and what is to be said of it. A part is its number."""

    floor: Floor

    @property
    def moving(self) -> list[tuple[int, Piece]]:
        """The parts in progress, in the order in which they are worked on."""
        numbered = enumerate(self.floor.pieces, start=1)
        moving = [(number, piece) for number, piece in numbered if piece.state == "in_progress"]
        return sorted(moving, key=lambda each: (*self.urgency(each[1].way), since(each[1]), each[0]))

    def urgency(self, way: int) -> tuple[int, date]:
        """Return the place that a way's job was given and when it is due, none last."""
        return (self.floor.ways[way].rank or UNRANKED, self.floor.ways[way].due or date.max)

    def at(self, way: int, order: int) -> list[tuple[int, Piece]]:
        """Return the parts at a step."""
        return [(number, piece) for number, piece in self.moving if (piece.way, piece.place) == (way, order)]

    def station(self, name: str) -> list[list[int]]:
        """Return the parts at the steps of a name, those one step before, and those further back."""
        buckets: list[list[int]] = [[], [], []]
        for number, piece in self.moving:
            names = self.floor.names(piece.way)
            ahead = [order - piece.place for order in range(piece.place, len(names)) if names[order] == name]
            if ahead:
                buckets[min(ahead[0], 2)].append(number)
        return buckets

    def step(self, way: int, order: int) -> list[list[int]]:
        """Return the same for one step."""
        buckets: list[list[int]] = [[], [], []]
        for number, piece in self.moving:
            if piece.way == way and piece.place <= order:
                buckets[min(order - piece.place, 2)].append(number)
        return buckets

    def unfinished(self, way: int) -> bool:
        """Tell whether a batch may still be started: the goal is not reached, or a part is in progress."""
        states = [piece.state for piece in self.floor.pieces if piece.way == way]
        return "in_progress" in states or states.count("completed") < self.floor.ways[way].goal

    def queue(self) -> list[tuple[str, str | None, list[int]]]:
        """Return the steps with work: id, whose it is, and the parts there."""
        listed = []
        for way, route in enumerate(self.floor.ways):
            for order, step in enumerate(route.steps):
                lying = self.at(way, order)
                if lying or (order == 0 and self.unfinished(way)):
                    oldest = min((since(piece) for _, piece in lying), default=END_OF_TIME)
                    turn = (*self.urgency(way), oldest, way, order)
                    listed.append((turn, (step_id(way, order), step.owner, [number for number, _ in lying])))
        return [entry for _, entry in sorted(listed, key=lambda each: each[0])]

    def stations(self) -> dict[str, tuple[list[str], int, int]]:
        """Return every name: its locations, the parts there, and those that come there next."""
        found = {}
        for name in {name for way in range(len(self.floor.ways)) for name in self.floor.names(way)}:
            steps = [step for way in self.floor.ways for step in way.steps if step.name == name]
            locations = sorted({step.location for step in steps} - {""})
            here, coming, _ = self.station(name)
            found[name] = (locations, len(here), len(coming))
        return found


def cut(parts: Iterable[int], most: int | None) -> list[int]:
    """Return as many of them as were asked for."""
    return list(parts)[:most]
