"""How a state is shown: by a shape, a word and a colour, so that no one of them has to be seen."""

from dataclasses import dataclass

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "shopplanr/marks.svg"


@dataclass(frozen=True, slots=True)
class Mark:
    """One state. ``shape`` is a symbol of the sprite; ``tone`` one of quiet, active, good, warn, bad."""

    word: str
    shape: str
    tone: str

    def __html__(self) -> SafeString:
        """Return the mark as it stands in a page."""
        return format_html(
            '<span class="mark mark-{}"><svg class="mark-shape" aria-hidden="true"><use href="{}#{}"></use></svg>'
            "{}</span>",
            self.tone,
            static(SPRITE),
            self.shape,
            self.word,
        )

    __str__ = __html__
