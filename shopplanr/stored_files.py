"""Answers with a file from the content store: read whole and held against its digest each time before it is sent."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from shopplanr import content_store

FOR_EVER = "private, max-age=31536000, immutable"
"""What is kept under a digest never changes. Only the caller's own browser may keep it: others have to be asked."""

ASK_EACH_TIME = "private, no-cache"
"""The caller's own browser may keep it, and asks each time whether it may still show it."""

NOTHING_RUNS = "sandbox; default-src 'none'"
"""For what strangers wrote: should a browser ever show it, then with no scripts, no forms, and no origin of ours."""


def picture(request: HttpRequest, digest: str, content_type: str, name: str) -> HttpResponse:
    """Answer with a picture that this program wrote itself, to be shown on a page.

    Raises ``ContentMissing``, ``ContentAltered``. Both functions answer 304 to whoever has this very content already.
    """
    return _answer(request, digest, content_type, name, cache=FOR_EVER)


def download(request: HttpRequest, digest: str, content_type: str, name: str) -> HttpResponse:
    """Answer with a file as its sender wrote it: to be saved, never to be shown or run within this site.

    Raises ``ContentMissing``, ``ContentAltered``.
    """
    answer = _answer(request, digest, content_type, name, cache=ASK_EACH_TIME, attached=True)
    answer.headers["Content-Security-Policy"] = NOTHING_RUNS
    return answer


def _answer(
    request: HttpRequest, digest: str, content_type: str, name: str, *, cache: str, attached: bool = False
) -> HttpResponse:
    etag = f'"{digest}"'
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if known & {etag, "*"}:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        content = content_store.open_verified(digest)
        answer = FileResponse(content, content_type=content_type, filename=name, as_attachment=attached)
        answer.block_size = content_store.PIECE_BYTES
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = cache
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
