"""Filters beside a list that hold many choices, as a menu instead of a column of links."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from django.contrib import admin

CHOICES_AT_MOST = 500
"""Choices in a menu, the newest first. Whatever is further back is found by the search."""


class MenuFilter(admin.SimpleListFilter):
    """A filter that is a menu. It holds also where what it names is not among its choices."""

    template = "admin/filter_menu.html"

    def value(self) -> str | None:
        """Return what was chosen; the menu's "All" is nothing."""
        return super().value() or None

    def has_output(self) -> bool:
        """Stay in force, visibly, whatever the address asks for."""
        return self.value() is not None or super().has_output()

    def choices(self, changelist) -> Iterator[dict]:
        """Return what the template needs: the choices, and what else the address says."""
        others = changelist.get_query_string(remove=[self.parameter_name]).removeprefix("?")
        chosen = self.value()
        known = [(str(value), label) for value, label in self.lookup_choices]
        if chosen is not None and chosen not in dict(known):
            known.insert(0, (chosen, chosen))
        yield {
            "parameter": self.parameter_name,
            "others": parse_qsl(others),
            "options": [(value, label, value == chosen) for value, label in known],
            "clear": f"?{others}",
            "chosen": chosen is not None,
        }
