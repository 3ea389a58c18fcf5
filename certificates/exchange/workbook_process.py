"""The program that opens a workbook: a process of its own, which may fail as it likes.

A workbook comes from outside. One of a few kilobytes can claim to be a thousand million cells wide and high, or unpack
into more than there is of memory; who reads it then is killed by the system. So that is not the site. The process has a
bound of memory and of time, and imports nothing of Shop Planr.

It reads the file from its standard input and writes JSON: ``sheet``, ``others``, ``rows``, or ``refused`` with a word.
"""

import json
import sys
from contextlib import suppress
from datetime import date, datetime, timedelta
from io import BytesIO

MEMORY_MAX_BYTES = 1024**3
SECONDS_MAX = 20


def bind() -> None:
    """Let the system end this process when it takes more than it may."""
    with suppress(ImportError, ValueError, OSError):  # not every system knows these bounds
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(cell: object) -> object:
    """Return the cell as JSON has it; a day as an object."""
    if isinstance(cell, datetime):
        return {"day": cell.date().isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool | int | float | str):
        return cell
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat()


def read(content: bytes, rows_max: int) -> dict:
    """Return what is on the first sheet that can be seen; at most ``rows_max`` rows of it."""
    from python_calamine import PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    try:
        with load_workbook(BytesIO(content)) as workbook:
            seen = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            if not seen:
                return {"refused": "no_sheet"}
            sheet = workbook.get_sheet_by_name(seen[0])
            rows = sheet.to_python(skip_empty_area=False, nrows=rows_max)
            return {
                "sheet": seen[0],
                "others": seen[1:],
                "rows": [[plain(cell) for cell in row] for row in rows],
                "more": sheet.total_height > rows_max,
            }
    except PasswordError:
        return {"refused": "password"}
    except Exception:  # whatever it stumbles over: the file is broken
        return {"refused": "broken"}


if __name__ == "__main__":
    bind()
    json.dump(read(sys.stdin.buffer.read(), int(sys.argv[1])), sys.stdout)
