"""The token endpoint: an id token, an OAuth code or a refresh token in, a pair of tokens out.

Shopify docs (token exchange; expiring offline access tokens): `expiring=1` is mandatory for public apps made since
April 2026. An access token lives an hour, its refresh token 90 days, and the old refresh token works until the
replacement is first used. So: keep the new pair safe before using it, and asking twice after a lost answer is fine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from shopify_app.config import Settings
from shopify_app.gateways.shopify.errors import InstallRefused, ServerFault, ShopifyError, Throttled, Unreachable

# Phases of one call, together the ten seconds for which a refresh may hold its shop's row.
TIMEOUT = httpx.Timeout(connect=2.5, write=1.0, read=5.5, pool=1.0)
DEFAULT_LIFETIME = 3600
"""Seconds. An answer without `expires_in` must not pass for a token that lives for ever."""

_TYPE = "urn:ietf:params:oauth:token-type:"
_SHOPIFY_TYPE = "urn:shopify:params:oauth:token-type:"


class CredentialsRefused(InstallRefused):
    """The app's own client id or secret is wrong: a setting, nothing the shop could mend. Worth trying later."""

    permanent = False


@dataclass(frozen=True)
class Grant:
    """An offline access token with its refresh token. Lifetimes in seconds of machine time, None for endless."""

    access_token: str = field(repr=False)
    expires_in: int | None
    refresh_token: str | None = field(repr=False)
    refresh_expires_in: int | None
    scopes: str


def exchange(http: httpx.Client, settings: Settings, domain: str, id_token: str) -> Grant:
    """Return the shop's offline token for a merchant's id token. Raises InstallRefused or as `_ask` does."""
    return _ask(
        http,
        settings,
        domain,
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": id_token,
            "subject_token_type": _TYPE + "id_token",
            "requested_token_type": _SHOPIFY_TYPE + "offline-access-token",
            "expiring": "1",
        },
    )


def by_code(http: httpx.Client, settings: Settings, domain: str, code: str) -> Grant:
    """Return the shop's offline token for the code that Shopify put into the OAuth callback."""
    return _ask(http, settings, domain, {"code": code, "expiring": "1"})


def refresh(http: httpx.Client, settings: Settings, domain: str, refresh_token: str) -> Grant:
    """Return a new pair; the old refresh token keeps working until the new pair is used."""
    return _ask(http, settings, domain, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _ask(http: httpx.Client, settings: Settings, domain: str, body: dict[str, str]) -> Grant:
    """Ask with the current secret, then with the old one while it is being rotated away.

    Raises Unreachable, ServerFault, Throttled, CredentialsRefused (both secrets) or InstallRefused.
    """
    try:
        return _once(http, settings, domain, settings.api_secret, body)
    except CredentialsRefused:
        if not settings.api_secret_old:
            raise
        return _once(http, settings, domain, settings.api_secret_old, body)


def _once(http: httpx.Client, settings: Settings, domain: str, secret: str, body: dict[str, str]) -> Grant:
    try:
        response = http.post(
            f"{settings.shop_base(domain)}/admin/oauth/access_token",
            json={"client_id": settings.api_key, "client_secret": secret, **body},
            headers={"Accept": "application/json"},
            timeout=TIMEOUT,
        )
    except httpx.HTTPError as error:
        raise Unreachable(f"token endpoint: {type(error).__name__}") from error
    if response.status_code != 200:
        raise _refusal(response)
    return _read(response)


def _refusal(response: httpx.Response) -> ShopifyError:
    status, code = response.status_code, _json(response).get("error")
    if status == 429:
        return Throttled("token endpoint: HTTP 429", 2.0)
    # without Shopify's word for it, only these mean "no": a locked or moved shop may come back
    if not code and status not in (400, 401, 403):
        return ServerFault(f"token endpoint: HTTP {status}")
    if code == "invalid_client":
        return CredentialsRefused(code, status)
    return InstallRefused(str(code or "refused"), status)


def _read(response: httpx.Response) -> Grant:
    body = _json(response)
    token, again = body.get("access_token"), body.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise ServerFault("token endpoint: the answer holds no access token")
    return Grant(
        access_token=token,
        expires_in=_seconds(body.get("expires_in")) or (DEFAULT_LIFETIME if again else None),
        refresh_token=str(again) if again else None,
        refresh_expires_in=_seconds(body.get("refresh_token_expires_in")),
        scopes=str(body.get("scope") or ""),
    )


def _seconds(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
