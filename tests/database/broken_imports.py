"""Imports that cannot be, by the constraint that they break."""

from certificates.models import RecordImport
from shopplanr import clock


def an_import(**fields) -> RecordImport:
    whole = {"kind": "products", "file_name": "x.csv", "digest": "0" * 64, "content": b"x", "uploaded_by": "dana"}
    return RecordImport(**whole | fields)


IMPORTED = {"state": "done", "content": None, "imported_by": "dana", "imported_at": clock.now()}

ADDITIONS = [
    ("import_kind_known", lambda shop: an_import(kind="serials")),
    ("import_state_known", lambda shop: an_import(state="lost", content=None)),
    ("import_has_a_file_name", lambda shop: an_import(file_name="")),
    ("import_digest_whole", lambda shop: an_import(digest="F" * 64)),
    ("import_names_somebody", lambda shop: an_import(uploaded_by="")),
    ("import_keeps_rows_until_decided", lambda shop: an_import(content=None)),
    ("import_keeps_rows_until_decided", lambda shop: an_import(**IMPORTED | {"content": b"x"})),
    ("import_done_by_somebody", lambda shop: an_import(**IMPORTED | {"imported_by": ""})),
    ("import_done_by_somebody", lambda shop: an_import(**IMPORTED | {"imported_at": None})),
    ("import_done_by_somebody", lambda shop: an_import(imported_by="dana")),
]
