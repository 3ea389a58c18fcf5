"""Forms as a browser without scripts has them: what it would send of a page."""

from html.parser import HTMLParser
from urllib.parse import urlencode

from django.test import Client

from shopplanr.idempotency.forms import FIELD


class Form(HTMLParser):
    """The form of a page that goes to an address, read as a browser reads it; what scripts make of it is left out."""

    def __init__(self, response, action: str):
        super().__init__()
        self.action, self.fields, self.buttons, self.save = action, [], {}, ()
        self.focused = ""
        self._is_here, self._templates, self._select, self._options = False, 0, None, []
        self._area, self._text = None, ""
        self.found = False
        self.feed(response.content.decode())
        assert self.found, f"the page has no form that goes to {action}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read what begins."""
        at = dict(attrs)
        if tag == "template":
            self._templates += 1
        if tag == "form":
            self._is_here = at.get("action") == self.action
            self.found |= self._is_here
        if not self._is_here or self._templates:
            return
        if "autofocus" in at:
            self.focused = at.get("id", "")
        if tag == "input":
            if at.get("type") in ("checkbox", "radio") and "checked" not in at:
                return
            self.fields.append((at["name"], at.get("value") or ""))
        elif tag == "select":
            self._select, self._options = at["name"], []
        elif tag == "option" and self._select:
            self._options.append((at.get("value") or "", "selected" in at))
        elif tag == "textarea":
            self._area, self._text = at["name"], ""
        elif tag == "button" and at.get("name") == FIELD:
            self.save = (FIELD, at["value"])
        elif tag == "button" and at.get("name"):
            self.buttons[at["value"]] = "disabled" not in at

    def handle_data(self, data: str) -> None:
        """Read what somebody wrote into a large field."""
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        """Read what ends."""
        if tag == "template":
            self._templates -= 1
        if tag == "form":
            self._is_here = False
        if tag == "select" and self._select and self._options:
            chosen = [value for value, is_selected in self._options if is_selected] or [self._options[0][0]]
            self.fields.append((self._select, chosen[-1]))
            self._select = None
        if tag == "textarea" and self._area:
            self.fields.append((self._area, self._text))
            self._area = None

    def values(self, name: str) -> list[str]:
        """Return the values under a name, in their order."""
        return [value for field, value in self.fields if field == name]

    def __getitem__(self, name: str) -> str:
        (value,) = self.values(name)
        return value

    def write(self, **values: str) -> "Form":
        """Write into fields; those that the form has not got are added, as a ticked box is."""
        return self.type(values)

    def type(self, values: dict[str, str]) -> "Form":
        """Write into fields whose names are no names of Python."""
        self.fields = [(name, values.pop(name, value)) for name, value in self.fields]
        self.fields += values.items()
        return self

    def send(self, client: Client, do: str = "", **headers):
        """Send it with the button that was pressed: ``save`` is the one that writes."""
        pressed = [self.save] if do == "save" else [("do", do)] if do else []
        return client.post(
            self.action,
            urlencode([*self.fields, *pressed]),
            content_type="application/x-www-form-urlencoded",
            **headers,
        )


def new_route(client: Client, job, query: str = "") -> Form:
    """Return the editor of a new route of the job."""
    address = f"/jobs/{job.pk}/routes/new"
    return Form(client.get(f"{address}{query}"), address)


def edit_route(client: Client, path) -> Form:
    """Return the editor of a route."""
    address = f"/paths/{path.pk}/edit"
    return Form(client.get(address), address)


def again(response, form: Form) -> Form:
    """Return the form as the page that came back has it."""
    return Form(response, form.action)


def step_names(form: Form) -> list[str]:
    """Return what stands in the rows of an editor, in their order."""
    return [form[f"name-{key}"] for key in form.values("step")]
