"""System checks: configurations that would work and should not, each as a sentence with an id.

``manage.py check`` shows them, every management command that changes something runs them first, and the WSGI
application refuses to start on an error. Values that cannot be read at all are refused earlier, in
shopplanr.environment.
"""

from ipaddress import collapse_addresses, ip_address, ip_network

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

SHORTEST_KEY_CHARACTERS = 40
"""Fewer cannot be a key that a generator made: Django's have 50."""

LEAST_DISTINCT_CHARACTERS = 10

SHORTEST_PUBLIC_PREFIX = {4: 16, 6: 48}
"""The largest public networks that one site has, by version of IP."""

# Not network.is_private: it looks at the first and the last address only, and so takes 0.0.0.0/1 for a private one.
PRIVATE_NETWORKS = [
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
]


@register("shopplanr")
def secret_key_is_strong(app_configs=None, **kwargs) -> list[CheckMessage]:
    """Whoever guesses the key signs sessions and signs in as anybody."""
    key = settings.SECRET_KEY
    weak = (
        len(key) < SHORTEST_KEY_CHARACTERS
        or len(set(key)) < LEAST_DISTINCT_CHARACTERS
        or "insecure" in key
        or "change" in key.lower()
    )
    if settings.DEBUG or not weak:
        return []
    return [
        Error(
            f"SECRET_KEY is weak: it needs {SHORTEST_KEY_CHARACTERS} or more random characters.",
            hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="shopplanr.E001",
        )
    ]


@register("shopplanr")
def debug_stays_at_home(app_configs=None, **kwargs) -> list[CheckMessage]:
    """DEBUG shows the source and the settings to whoever provokes an error."""
    others = [name for name in settings.ALLOWED_HOSTS if not _is_this_machine(name)]
    if settings.DEBUG and others:
        return [
            Error(
                f"DEBUG is on while ALLOWED_HOSTS lets others in ({', '.join(others)}): errors would show them the "
                "inside.",
                hint="Turn DEBUG off, or leave ALLOWED_HOSTS to this machine's names: localhost, 127.0.0.1, [::1].",
                id="shopplanr.E002",
            )
        ]
    return []


def _is_this_machine(name: str) -> bool:
    if name.lower() == "localhost" or name.lower().endswith(".localhost"):
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


@register("shopplanr")
def hosts_are_named(app_configs=None, **kwargs) -> list[CheckMessage]:
    """A page that another site made point here would be served, and links would lead where its name says."""
    if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:
        return [
            Caution(
                "ALLOWED_HOSTS lets every host name in, also those that somebody else makes point here.",
                hint="Name the hosts under which the site is called.",
                id="shopplanr.W008",
            )
        ]
    return []


@register("shopplanr")
def cookies_stay_on_tls(app_configs=None, **kwargs) -> list[CheckMessage]:
    """Where there is TLS, a cookie that is sent without it is a session for whoever listens."""
    if settings.SITE_URL.startswith("https://") and not settings.SESSION_COOKIE_SECURE:
        return [
            Caution(
                "SECURE_COOKIES is off, and SITE_URL says that the site has TLS: sessions can be read on the way.",
                hint="Remove SECURE_COOKIES=0.",
                id="shopplanr.W009",
            )
        ]
    return []


@register("shopplanr")
def calls_are_limited(app_configs=None, **kwargs) -> list[CheckMessage]:
    """Without a limit, one program that runs wild takes the shop's pages along."""
    unlimited = [
        name
        for name in ("RATE_LIMIT_PER_MINUTE", "RATE_LIMIT_ANONYMOUS_PER_MINUTE")
        if not getattr(settings, name) and not settings.DEBUG
    ]
    if unlimited:
        return [
            Caution(
                f"{' and '.join(unlimited)} set to 0: one caller in a loop can keep everybody else waiting.",
                hint="Remove it, or set it to more calls a minute than the busiest program makes.",
                id="shopplanr.W010",
            )
        ]
    return []


@register("shopplanr")
def kiosk_is_whole(app_configs=None, **kwargs) -> list[CheckMessage]:
    """The kiosk needs to know from where and with which rights; half of that is a mistake."""
    messages: list[CheckMessage] = []
    if settings.KIOSK_ROLE and settings.KIOSK_ROLE not in settings.ROLE_NAMES:
        messages.append(
            Error(
                f"KIOSK_ROLE names no role: {settings.KIOSK_ROLE!r}.",
                hint=f"The roles are {', '.join(settings.ROLE_NAMES)}.",
                id="shopplanr.E003",
            )
        )
    if settings.KIOSK_NETWORKS and not settings.KIOSK_ROLE:
        messages.append(
            Error(
                "KIOSK_NETWORKS is set without KIOSK_ROLE: it is not said what a kiosk may do.",
                hint="Set KIOSK_ROLE to a role, such as Operators, or empty KIOSK_NETWORKS to close the kiosk.",
                id="shopplanr.E004",
            )
        )
    if settings.KIOSK_ROLE and not settings.KIOSK_NETWORKS:
        messages.append(
            Caution(
                "KIOSK_ROLE is set without KIOSK_NETWORKS: no kiosk is open.",
                hint="Set KIOSK_NETWORKS to the addresses of the kiosks, or remove KIOSK_ROLE.",
                id="shopplanr.W005",
            )
        )
    return messages


@register("shopplanr")
def kiosk_is_not_the_internet(app_configs=None, **kwargs) -> list[CheckMessage]:
    """A kiosk needs no credentials: a network of everybody would abolish them.

    Adjacent networks are taken together first, since two halves of the internet are the internet too.
    """
    networks = [
        network
        for version in (4, 6)
        for network in collapse_addresses(one for one in settings.KIOSK_NETWORKS if one.version == version)
    ]
    return [
        Error(
            f"KIOSK_NETWORKS contains {network}, which is more than a shop's own network: strangers would need no "
            "credentials.",
            hint="Name the addresses of the kiosks, such as 192.168.10.0/28.",
            id="shopplanr.E006",
        )
        for network in networks
        if network.prefixlen < SHORTEST_PUBLIC_PREFIX[network.version]
        and not any(network.version == private.version and network.subnet_of(private) for private in PRIVATE_NETWORKS)
    ]


@register("shopplanr")
def redirect_knows_the_proxy(app_configs=None, **kwargs) -> list[CheckMessage]:
    """Behind a proxy that ends TLS the redirect would go round in circles; say so before somebody meets it."""
    if settings.SECURE_SSL_REDIRECT and not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return [
            Caution(
                "SECURE_SSL_REDIRECT is on without TRUST_FORWARDED_PROTO: behind a proxy that ends TLS, every request "
                "would be redirected for ever.",
                hint="Set TRUST_FORWARDED_PROTO=1 where the proxy sets X-Forwarded-Proto itself.",
                id="shopplanr.W007",
            )
        ]
    return []
