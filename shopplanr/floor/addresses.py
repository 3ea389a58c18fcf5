"""Under which names this site is called: what labels lead to, and which addresses on labels are ours."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def own_hosts(request: HttpRequest) -> list[str]:
    """Return the host names that are this site's, as ``codes.meaning_of`` takes them."""
    hosts = [*settings.ALLOWED_HOSTS, request.get_host()]
    return [*hosts, urlsplit(settings.SITE_URL).netloc] if settings.SITE_URL else hosts


def whole_address(request: HttpRequest, name: str, *arguments: object) -> str:
    """Return the absolute address of a page, as it stands on labels: on ``SITE_URL``, else where the caller is."""
    path = reverse(name, args=arguments)
    return settings.SITE_URL + path if settings.SITE_URL else request.build_absolute_uri(path)
