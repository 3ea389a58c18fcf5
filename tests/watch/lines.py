"""What the log says, in the tests."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def written(formatter: logging.Formatter | None = None, level: int = logging.INFO) -> Iterator[io.StringIO]:
    """Give what our own log handler writes within the block, access lines included; in its own format or another."""
    (handler,) = (each for each in logging.getLogger().handlers if each.name == "stderr")
    access = logging.getLogger("shopplanr.access")
    text, before, level_before = io.StringIO(), handler.formatter, access.level
    stream = handler.setStream(text)
    if formatter is not None:
        handler.setFormatter(formatter)
    access.setLevel(level)
    try:
        yield text
    finally:
        handler.setStream(stream)
        handler.setFormatter(before)
        access.setLevel(level_before)


def objects(text: io.StringIO, logger: str = "") -> list[dict]:
    """Return the lines of JSON, or those of one logger."""
    lines = [json.loads(line) for line in text.getvalue().splitlines()]
    return [line for line in lines if not logger or line["logger"] == logger]
