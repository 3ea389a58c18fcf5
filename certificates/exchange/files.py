"""Reading a file that somebody uploaded, by what is in it: a workbook or CSV."""

from certificates.exchange.csv_files import read_csv
from certificates.exchange.tables import FILE_MAX_BYTES, Table, Unreadable
from certificates.exchange.workbooks import is_workbook, read_workbook


def too_large() -> Unreadable:
    """Return what is said of a file that nobody reads to its end."""
    return Unreadable(f"The file is larger than {FILE_MAX_BYTES // 1024**2} MB. Cut it into several files.")


def read_file(content: bytes) -> Table:
    """Return the table in the file. Raises Unreadable, with a sentence for whoever sent it."""
    if not content.strip():
        raise Unreadable("The file is empty.")
    if len(content) > FILE_MAX_BYTES:
        raise too_large()
    return read_workbook(content) if is_workbook(content) else read_csv(content)
