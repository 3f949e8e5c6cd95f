"""Access and refresh tokens: issued, rotated, expired and revoked on machine time.

Shopify docs (expiring offline tokens, 2026): an access token lives an hour and its refresh token 90 days; the
old refresh token works until the replacement is first used. Whether using the new *access* token counts as
that first use is not said (doubt): here it does, which is the harder case.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from sandbox.world import World
from sandbox.world.store import Row

REFRESH_LIFETIME_S = 90 * 86_400
ONLINE_LIFETIME_S = 86_400


def issue_offline(world: World, shop: str, *, expiring: bool, replaces: str | None = None) -> dict[str, Any]:
    """A new offline token. A non-expiring one is issued as Shopify still does, and refused by the API later."""
    scope = ",".join(world.install_of(shop)["scopes"])
    if not expiring:
        row = _keep(world, shop, expires_at=None, refresh=None, replaces=None)
        return {"access_token": row["id"], "scope": scope}
    lifetime = world.faults["tokens"]["lifetime_s"]
    row = _keep(world, shop, expires_at=time.time() + lifetime, refresh=_secret("shprt"), replaces=replaces)
    return {
        "access_token": row["id"],
        "scope": scope,
        "expires_in": lifetime,
        "refresh_token": row["refresh"],
        "refresh_token_expires_in": REFRESH_LIFETIME_S,
    }


def issue_online(world: World, shop: str, user: int) -> dict[str, Any]:
    """A token of one staff member; it lives a day."""
    row = _keep(world, shop, expires_at=time.time() + ONLINE_LIFETIME_S, refresh=None, replaces=None)
    scope = ",".join(world.install_of(shop)["scopes"])
    person = {
        "id": user,
        "first_name": "Robin",
        "last_name": "Fields",
        "email": "robin@rosebud-coffee.net",
        "email_verified": True,
        "account_owner": True,
        "locale": "en",
        "collaborator": False,
    }
    return {
        "access_token": row["id"],
        "scope": scope,
        "expires_in": ONLINE_LIFETIME_S,
        "associated_user_scope": scope,
        "associated_user": person,
    }


def rotate(world: World, shop: str, refresh: str) -> dict[str, Any] | None:
    """A new pair for a refresh token, or None when it is unknown, expired, or replaced and the replacement used."""
    row = next((r for r in world.of("tokens", shop) if r["refresh"] == refresh), None)
    if row is None or row["revoked"] or row["refresh_dead"] or row["refresh_expires_at"] < time.time():
        return None
    _first_use(world, shop, row)
    return issue_offline(world, shop, expiring=True, replaces=refresh)


def refusal(world: World, shop: str, token: str) -> tuple[int, str] | None:
    """(status, errors) when the API does not accept this access token, None when it does."""
    row = world.of("tokens", shop).get(token)
    if row is None or row["revoked"] or not world.is_installed(shop) or _expired(row):
        return 401, "[API] Invalid API key or access token (unrecognized login or wrong password)"
    if row["expires_at"] is None:
        # second-hand wording; public apps created since 2026-04-01 may use expiring tokens only
        return 403, "Non-expiring access tokens are no longer accepted"
    _first_use(world, shop, row)
    return None


def revoke_all(world: World, shop: str) -> None:
    """Uninstalled: every token of the shop is dead at once."""
    for row in world.of("tokens", shop):
        world.of("tokens", shop).put({**row, "revoked": True})


def expire_all(world: World, shop: str) -> None:
    """Let every access token of the shop run out now; refresh tokens live on."""
    for row in world.of("tokens", shop):
        if row["expires_at"] is not None:
            world.of("tokens", shop).put({**row, "expires_at": 0.0})


def _expired(row: Row) -> bool:
    return row["expires_at"] is not None and row["expires_at"] < time.time()


def _first_use(world: World, shop: str, row: Row) -> None:
    """The replacement is used: what it replaced can no longer be refreshed."""
    if row["used"]:
        return
    tokens = world.of("tokens", shop)
    tokens.put({**row, "used": True})
    for old in tokens:
        if row["replaces"] and old["refresh"] == row["replaces"]:
            tokens.put({**old, "refresh_dead": True})


def _keep(world: World, shop: str, *, expires_at: float | None, refresh: str | None, replaces: str | None) -> Row:
    return world.of("tokens", shop).put(
        {
            "id": _secret("shpat"),
            "expires_at": expires_at,
            "refresh": refresh,
            "refresh_expires_at": time.time() + REFRESH_LIFETIME_S if refresh else 0.0,
            "refresh_dead": False,
            "replaces": replaces,
            "used": False,
            "revoked": False,
        }
    )


def _secret(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(16)}"
