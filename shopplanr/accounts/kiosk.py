"""The kiosk: a request without credentials from inside the shop, whose ``userId`` is self-reported.

It is meant for the shared terminal next to a machine and for trying the product on one's own computer. Everything here
errs on the side of "not a kiosk": whoever is refused can still use a token.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

_FORWARDING_HEADERS = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
_FORWARDING_PREFIX = "HTTP_X_FORWARDED"  # -For, -Host, -Proto and what else proxies add
_CREDENTIAL_HEADERS = ("HTTP_AUTHORIZATION", "HTTP_X_API_KEY")


class KioskUser:
    """Whoever stands at a kiosk: nobody in the database, with the rights of one role."""

    id = None
    pk = None
    username = ""
    name = "Kiosk"
    is_active = True
    is_authenticated = True
    is_anonymous = False
    is_staff = False
    is_superuser = False

    def __init__(self, rights: frozenset[str] = frozenset()):
        self._rights = rights

    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        """Return the empty text: a kiosk has no account."""
        return self.username

    def get_all_permissions(self, obj=None) -> set[str]:
        """Return the permissions of the kiosk's role."""
        return set(self._rights) if obj is None else set()

    def has_perm(self, perm: str, obj=None) -> bool:
        """Tell whether the kiosk's role has the permission."""
        return obj is None and perm in self._rights

    def has_perms(self, perm_list, obj=None) -> bool:
        """Tell whether the kiosk's role has all of the permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the kiosk's role has any permission of the app."""
        return any(right.startswith(f"{app_label}.") for right in self._rights)


def is_from_kiosk(request: HttpRequest) -> bool:
    """Tell whether the request comes from a kiosk (decision 5 of the specification).

    That is: it brings no credentials, its address is in ``KIOSK_NETWORKS``, no proxy passed it on, it calls us by a
    name that is ours, and no browser sent it on behalf of another site. A session's cookie counts as credentials even
    when the session is over: somebody whose session ends in mid-work must learn of it, rather than go on unnamed.
    """
    if not settings.KIOSK_NETWORKS:
        return False
    return not (
        any(header in request.META for header in _CREDENTIAL_HEADERS)
        or settings.SESSION_COOKIE_NAME in request.COOKIES
        or not comes_straight_from(request, settings.KIOSK_NETWORKS)
        or not _is_called_by_our_name(request)
        or not _is_from_our_own_pages(request)
    )


def comes_straight_from(request: HttpRequest, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Tell whether the request comes from an address in one of the networks, and no proxy has passed it on."""
    meta = request.META
    if any(header in meta for header in _FORWARDING_HEADERS):
        return False
    if any(header.startswith(_FORWARDING_PREFIX) for header in meta):
        return False
    address = _address(meta.get("REMOTE_ADDR", ""))
    # A server that listens on IPv6 sees IPv4 callers as ::ffff:192.0.2.1.
    address = getattr(address, "ipv4_mapped", None) or address
    return address is not None and any(address in network for network in networks)


def _is_called_by_our_name(request: HttpRequest) -> bool:
    """Refuse a foreign host name that was made to point at the shop's address (DNS rebinding).

    A browser sees nothing foreign in such a request, so the name in ``Host`` is all there is to go by. The wildcard in
    ``ALLOWED_HOSTS`` makes nobody's name ours; an address or ``localhost`` cannot be made to point elsewhere.
    """
    try:
        host = request.get_host()
    except DisallowedHost:
        return False
    if "*" not in settings.ALLOWED_HOSTS:
        return True
    domain, _ = split_domain_port(host)
    named = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    return validate_host(domain, [*named, "localhost"]) or _address(domain.strip("[]")) is not None


def _is_from_our_own_pages(request: HttpRequest) -> bool:
    """Refuse what a browser says another site made it send; programs say nothing of the kind."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None and origin.lower() != f"{request.scheme}://{request.get_host()}".lower():
        return False
    return request.META.get("HTTP_SEC_FETCH_SITE", "none") in ("same-origin", "none")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
