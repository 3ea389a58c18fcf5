"""What the clients of a soak do: every verb of the API, on whatever the others have made and moved meanwhile.

A client does not know the state of what it works on, so it is often refused. It does know what its own call must leave
in the audit trail: what the answer says, nothing where it was refused, and once, however often it was sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from time import monotonic, sleep

import httpx

from tests.pictures import photo

ANSWER_PATIENCE_SECONDS = 60
BETWEEN_TRIES_SECONDS = 0.05

KEYED_OF_TEN = 7
"""Of ten POSTs so many come with a key, and are sent again where the answer is lost. Of the others, what became of them
is nobody's to know; that none is half is seen when the trail is replayed."""

MOST_STEPS = 8
SCRAP_REASONS = ("out_of_tolerance", "process_defect", "damaged", "operator_error")
MODES = ("strict", "flexible", "per_step")


@dataclass
class Made:
    """What all clients have made, to pick from."""

    routes: list[dict] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """What was sent and what came back, of all clients together."""

    calls: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    lost: int = 0
    sent_again: int = 0
    replayed: int = 0
    entries: dict[str, int] = field(default_factory=dict)
    """How many audit entries each person must have; a call whose answer was lost for good is not among them."""
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


class Client:
    """One of those who call, each as soon as the one before is answered."""

    def __init__(self, name: str, http: httpx.Client, made: Made, tally: Tally, seed: int):
        self.name, self.http, self.made, self.tally = name, http, made, tally
        self.random = Random(seed)
        self._number = 0

    def step(self) -> None:
        """Do one thing, which may be several calls."""
        actions = [action for action, weight in ACTIONS for _ in range(weight)]
        self.random.choice(actions)(self)

    def call(
        self,
        verb: str,
        pattern: str,
        entries: Callable[[object], int] | None = lambda answer: 0,
        *,
        ids: tuple[str, ...] = (),
        body: dict | None = None,
        as_user: bool = True,
        **options,
    ) -> object:
        """Make a call until it is answered; return its JSON, None where it was refused or its answer is lost for good.

        ``entries`` says how many audit entries it must have made by its answer; None where that cannot be told.
        """
        self._number += 1
        person = f"{self.name}-{self._number}"
        path = pattern.format(*ids)
        if verb != "GET" and "files" not in options:
            options["json"] = (body or {}) | ({"userId": person} if as_user else {})
        elif body is not None:
            options["data"] = body | {"userId": person}
        keyed = verb == "POST" and self.random.randrange(10) < KEYED_OF_TEN
        headers = {"Idempotency-Key": person} if keyed else {}
        response = self._answered(verb, f"/api/{path}", headers, may_repeat=keyed or verb != "POST", options=options)
        with self.tally.lock:
            self.tally.calls[f"{verb} {pattern}"] += 1
            if response is None:
                self.tally.lost += 1
                return None
            self.tally.statuses[response.status_code] += 1
            self.tally.replayed += response.headers.get("Idempotency-Replayed") == "true"
            if response.status_code >= 500:
                self.tally.wrong.append(f"{verb} {path}: {response.status_code} {response.text[:200]}")
            answer = response.json() if response.is_success else None
            # Of a PUT, PATCH or DELETE that was sent twice only the second answer is known.
            if as_user and entries is not None and verb in ("GET", "POST"):
                self.tally.entries[person] = entries(answer) if response.is_success else 0
        return answer

    def _answered(self, verb: str, path: str, headers: dict, may_repeat: bool, options: dict) -> httpx.Response | None:
        deadline = monotonic() + ANSWER_PATIENCE_SECONDS
        while monotonic() < deadline:
            try:
                response = self.http.request(verb, path, headers=headers, **options)
            except httpx.ConnectError:  # it was never sent
                response = None
            except httpx.TransportError:
                if not may_repeat:
                    return None
                response = None
            if response is not None and response.status_code != 503:
                return response
            with self.tally.lock:
                self.tally.sent_again += 1
            sleep(BETWEEN_TRIES_SECONDS)
        raise AssertionError(f"{verb} {path} is not answered")

    # --- Picking

    def route(self) -> dict:
        """Pick a route."""
        return self.random.choice(self.made.routes)

    def part(self) -> str:
        """Pick a part, rather one of the latest: the others have ended."""
        return self.random.choice(self.made.parts[-150:])

    def parts(self) -> list[str]:
        """Pick a few parts."""
        return sorted({self.part() for _ in range(self.random.randint(1, 6))})

    # --- Planning

    def plan(self) -> None:
        """Plan a job and a route."""
        job = self.call("POST", "jobs", as_user=False, body={"name": f"Job of {self.name}", "goalQuantity": 20})
        if job is None:
            return
        steps = [{"name": name, "optional": self.random.random() < 0.3} for name in ("Saw", "Mill", "Drill", "Inspect")]
        body = {"jobId": job["id"], "name": "Route", "goalQuantity": 20, "advancementMode": self.random.choice(MODES)}
        path = self.call("POST", "paths", as_user=False, body=body | {"steps": steps})
        if path is not None:
            self.made.routes.append(
                {"job": job["id"], "path": path["id"], "steps": [each["id"] for each in path["steps"]]}
            )
            self.batch()

    def replan(self) -> None:
        """Change a job, a route, its mode, a step."""
        route = self.route()
        self.call(
            "PUT", "jobs/{}", ids=(route["job"],), as_user=False, body={"goalQuantity": self.random.randint(1, 99)}
        )
        self.call("PUT", "paths/{}", ids=(route["path"],), as_user=False, body={"name": f"Route {self._number}"})
        mode = {"advancementMode": self.random.choice(MODES)}
        self.call("PATCH", "paths/{}/advancement-mode", ids=(route["path"],), as_user=False, body=mode)
        step = self.random.choice(route["steps"])
        self.call("PATCH", "steps/{}/config", ids=(step,), as_user=False, body={"optional": self.random.random() < 0.5})
        if self.made.people:
            body = {"userId": self.random.choice(self.made.people)}
            self.call("PATCH", "steps/{}/assign", ids=(step,), as_user=False, body=body)

    def append_step(self) -> None:
        """Append a step to a route that parts are on."""
        route = self.route()
        path = self.call("GET", "paths/{}", ids=(route["path"],))
        if path is None or len(path["steps"]) >= MOST_STEPS:
            return
        steps = [{"id": each["id"], "name": each["name"]} for each in path["steps"]]
        self.call("PUT", "paths/{}", ids=(route["path"],), as_user=False, body={"steps": [*steps, {"name": "Pack"}]})

    def delete_route(self) -> None:
        """Make a route and take it away, and try to take away one that has parts."""
        body = {"jobId": self.route()["job"], "name": "Not needed", "goalQuantity": 1, "steps": [{"name": "Saw"}]}
        path = self.call("POST", "paths", as_user=False, body=body)
        if path is not None:
            self.call("DELETE", "paths/{}", ids=(path["id"],), as_user=False)
        self.call("DELETE", "paths/{}", ids=(self.route()["path"],), as_user=False)

    def templates(self) -> None:
        """Keep a template, plan with it, and throw one away."""
        body = {"name": f"Template {self.name} {self._number}", "steps": [{"name": "Saw"}, {"name": "Mill"}]}
        template = self.call("POST", "templates", as_user=False, body=body)
        if template is not None:
            self.made.templates.append(template["id"])
            body = {"jobId": self.route()["job"], "pathName": "Of a template", "goalQuantity": 4}
            self.call("POST", "templates/{}/apply", ids=(template["id"],), as_user=False, body=body)
        if self.made.templates:
            self.call("DELETE", "templates/{}", ids=(self.random.choice(self.made.templates),), as_user=False)

    def people(self) -> None:
        """Add somebody, and rename somebody."""
        user = self.call("POST", "users", as_user=False, body={"name": f"{self.name} {self._number}"})
        if user is not None:
            self.made.people.append(user["id"])
            self.call("PUT", "users/{}", ids=(user["id"],), as_user=False, body={"department": "Milling"})

    # --- Parts

    def batch(self) -> None:
        """Start parts, sometimes with their certificate."""
        route, quantity = self.route(), self.random.randint(1, 12)
        body = {"jobId": route["job"], "pathId": route["path"], "quantity": quantity}
        certified = bool(self.made.certificates) and self.random.random() < 0.5
        if certified:
            body["certId"] = self.random.choice(self.made.certificates)
        parts = self.call("POST", "serials", lambda answer: 1 + certified * len(answer), body=body)
        self.made.parts += [part["id"] for part in parts or ()]

    def advance(self) -> None:
        """Move a part one step on."""
        self.call("POST", "serials/{}/advance", lambda answer: 1, ids=(self.part(),))

    def advance_selection(self) -> None:
        """Move a few parts one step on, all or none."""
        parts = self.parts()
        self.call("POST", "serials/advance", lambda answer: len(parts), body={"serialIds": parts})

    def jump(self) -> None:
        """Jump ahead."""
        body = {"targetStepIndex": self.random.randint(1, 5)}
        self.call(
            "POST", "serials/{}/advance-to", lambda answer: 1 + len(answer["bypassed"]), ids=(self.part(),), body=body
        )

    def end(self) -> None:
        """Scrap a part, or complete it by force."""
        body = {"reason": self.random.choice(SCRAP_REASONS)}
        self.call("POST", "serials/{}/scrap", lambda answer: 1, ids=(self.part(),), body=body)
        self.call("POST", "serials/{}/force-complete", lambda answer: 1, ids=(self.part(),), body={"reason": "rush"})

    def resolve(self) -> None:
        """Complete or waive what a part owes."""
        part, route = self.part(), self.route()
        for step in self.call("GET", "serials/{}/step-statuses", ids=(part,)) or ():
            if step["status"] == "deferred":
                self.call("POST", "serials/{}/complete-deferred/{}", lambda answer: 1, ids=(part, step["stepId"]))
                self.waive(part, step["stepId"])
        self.waive(part, self.random.choice(route["steps"]))

    def waive(self, part: str, step: str) -> None:
        """Waive a step; the entry is in the approver's name."""
        body = {"reason": "customer agreed", "approverId": "soak-approver"}
        self.call("POST", "serials/{}/waive-step/{}", None, ids=(part, step), body=body, as_user=False)

    def override(self) -> None:
        """Make a step optional for a part, and take that back."""
        part = self.part()
        statuses = self.call("GET", "serials/{}/step-statuses", ids=(part,))
        if not statuses:
            return
        body = {"stepId": self.random.choice(statuses)["stepId"], "reason": "not needed"}
        self.call("POST", "serials/{}/overrides", len, ids=(part,), body=body)
        if self.random.random() < 0.5:
            self.call("DELETE", "serials/{}/overrides/{}", ids=(part, body["stepId"]))

    # --- Certificates, notes, scans

    def certify(self) -> None:
        """Record a certificate and attach it."""
        certificate = self.call(
            "POST", "certs", as_user=False, body={"type": "material", "name": f"Heat {self._number}"}
        )
        if certificate is not None:
            self.made.certificates.append(certificate["id"])
        if self.made.certificates:
            body = {"certId": self.random.choice(self.made.certificates)}
            # whether it was there already is not in the answer
            self.call("POST", "serials/{}/attach-cert", None, ids=(self.part(),), body=body)
            self.call("POST", "certs/batch-attach", None, body=body | {"serialIds": self.parts()})

    def note(self) -> None:
        """Write a note with a photo."""
        part = self.part()
        serial = self.call("GET", "serials/{}", ids=(part,))
        route = serial and next((each for each in self.made.routes if each["path"] == serial["pathId"]), None)
        if route:
            body = {"jobId": route["job"], "pathId": route["path"], "stepId": route["steps"][0], "serialIds": part}
            files = {"photos": ("part.jpg", photo(width=40 + self._number % 50), "image/jpeg")}
            self.call("POST", "notes", lambda answer: 1, body=body | {"text": "Burr"}, files=files)

    def scan(self) -> None:
        """Scan a part, sometimes at a station, where that finishes it."""
        body = {"code": self.part()} | ({"station": "Saw"} if self.random.random() < 0.3 else {})
        self.call("POST", "scan", None, body=body)

    def keep_words(self) -> None:
        """Keep a word, and forget one."""
        word = self.call("POST", "library/processes", as_user=False, body={"name": f"{self.name} {self._number}"})
        if word is not None:
            self.made.words.append(word["id"])
        if self.made.words:
            self.call("DELETE", "library/processes/{}", ids=(self.random.choice(self.made.words),), as_user=False)

    # --- Reading

    def read(self) -> None:
        """Look at something."""
        part, route = self.part(), self.route()
        pattern, *ids = self.random.choice(
            [
                ("jobs", ""), ("jobs/{}", route["job"]), ("paths/{}", route["path"]), ("serials?limit=50", ""),
                ("serials/{}", part), ("serials/{}/overrides", part), ("serials/{}/cert-attachments", part),
                ("audit?limit=50", ""), ("audit/serial/{}", part), ("operator/work-queue", ""), ("board", ""),
                ("operator/{}", "Mill"), ("notes/serial/{}", part), ("certs", ""), ("users", ""), ("templates", ""),
                ("scans?limit=20", ""), ("products", ""), ("certifications", ""),
            ]
        )  # fmt: skip
        self.call("GET", pattern, ids=tuple(ids))


ACTIONS: tuple[tuple[Callable[[Client], None], int], ...] = (
    (Client.plan, 1),
    (Client.replan, 1),
    (Client.append_step, 1),
    (Client.delete_route, 1),
    (Client.templates, 1),
    (Client.people, 1),
    (Client.batch, 4),
    (Client.advance, 10),
    (Client.advance_selection, 4),
    (Client.jump, 5),
    (Client.end, 1),
    (Client.resolve, 3),
    (Client.override, 2),
    (Client.certify, 2),
    (Client.note, 1),
    (Client.scan, 2),
    (Client.keep_words, 1),
    (Client.read, 8),
)
"""What a client does, and how often beside the others."""
