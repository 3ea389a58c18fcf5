"""How many calls a minute each caller of the API may make, said in every answer (the IETF's ``RateLimit`` headers).

Callers are told apart by how they show who they are: by token, by user, by a kiosk's address. Whoever shows nothing, or
something that is not valid, is known by address alone, and may do less. That is counted when the answer is known: a
stranger who floods the API from the address of a proxy must not shut out the program behind it that has its token.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from shopplanr.accounts.kiosk import KioskUser
from shopplanr.accounts.pin_rules import device_of
from shopplanr.api.envelope import is_api, json_error
from shopplanr.refusals import Refusal
from shopplanr.shared_counts import WINDOW_SECONDS, Count, SharedCounts

POLICY_HEADER = "RateLimit-Policy"
STATE_HEADER = "RateLimit"
RETRY_HEADER = "Retry-After"


class RateLimited(Refusal):
    """The caller has made all of this minute's calls; nothing was looked at."""

    status = 429
    code = "rate_limited"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller may do within a window, and how much of it is used."""

    policy: str
    quota: int
    count: Count

    @property
    def is_used_up(self) -> bool:
        """Tell whether this call is one too many."""
        return self.count.calls > self.quota

    @property
    def sentence(self) -> str:
        """Return what is said to whoever calls too often."""
        return f"At most {self.quota} calls a minute are answered; send this one again in {self._wait}"

    @property
    def _wait(self) -> str:
        seconds = self.count.seconds_left
        return f"{seconds} second" if seconds == 1 else f"{seconds} seconds"

    def write_to(self, response: HttpResponse) -> None:
        """Put the headers on an answer."""
        left = max(0, self.quota - self.count.calls)
        response.headers[POLICY_HEADER] = f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}'
        response.headers[STATE_HEADER] = f'"{self.policy}";r={left};t={self.count.seconds_left}'
        if self.is_used_up:
            response.headers[RETRY_HEADER] = str(self.count.seconds_left)


class RateLimits:
    """The limits of an installation; a quota of ``0`` means that there is none."""

    def __init__(self):
        self._quotas = {
            "default": settings.RATE_LIMIT_PER_MINUTE,
            "anonymous": settings.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
        }
        self.is_on = any(self._quotas.values())
        self._counts = SharedCounts(settings.RATE_LIMIT_FILE, settings.SECRET_KEY) if self.is_on else None

    def use(self, policy: str, caller: str) -> Allowance | None:
        """Count a call; return None where the policy has no limit."""
        quota = self._quotas[policy]
        return Allowance(policy, quota, self._counts.add(caller)) if quota else None


class RateLimitMiddleware:
    """Says in every answer of the API what is left of the caller's calls, and refuses strangers who call too often.

    Whoever is known has been counted before the call was carried out: see ``admit``. No statement goes to the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self._limits = RateLimits()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if not self._limits.is_on or not is_api(request):
            return self.get_response(request)
        request.rate_limits, request.is_known, request.allowance = self._limits, False, None
        response = self.get_response(request)
        if not request.is_known and response.status_code < 500:  # while the database is away, nobody can be known
            address = device_of(request.META.get("REMOTE_ADDR", ""))
            request.allowance = allowance = self._limits.use("anonymous", f"address {address}")
            if allowance is not None and allowance.is_used_up:
                response = json_error(RateLimited.status, allowance.sentence, RateLimited.code)
        if request.allowance is not None:
            request.allowance.write_to(response)
        return response


def admit(request: Request) -> None:
    """Count a call of whoever is known by now. Raises RateLimited where it is one too many."""
    caller, plain = _caller(request), request._request
    limits = getattr(plain, "rate_limits", None)
    if caller is None or limits is None:
        return
    plain.is_known = True
    plain.allowance = allowance = limits.use("default", caller)
    if allowance is not None and allowance.is_used_up:
        raise RateLimited(allowance.sentence)


def _caller(request: Request) -> str | None:
    user = request.user
    if isinstance(user, KioskUser):
        return f"kiosk {device_of(request.META.get('REMOTE_ADDR', ''))}"
    if not user.is_authenticated:
        return None
    return f"token {request.auth.pk}" if request.auth is not None else f"user {user.pk}"
