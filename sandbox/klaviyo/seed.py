"""The accounts and keys every sandbox starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.klaviyo.state import Klaviyo

ROSEBUD = "Rb4xQz"
SECOND = "Tn7mLw"
ROSEBUD_KEY = "pk_sandbox_rosebud"
NO_SCOPE_KEY = "pk_sandbox_rosebud_noscope"
SECOND_KEY = "pk_sandbox_second"

# What the app asks for: the minimum, and metrics:read for setting up flows (Klaviyo docs: access scopes).
USUAL_SCOPES = ["accounts:read", "events:write", "profiles:write", "metrics:read"]


def plant(klaviyo: Klaviyo) -> None:
    """Put the accounts and keys into an empty world."""
    add_account(klaviyo, ROSEBUD, "Rosebud Coffee", "America/New_York", "USD", "hello@rosebud-coffee.shop")
    add_account(klaviyo, SECOND, "Tannery Tea", "Europe/London", "GBP", "hello@tannery-tea.shop")
    add_key(klaviyo, ROSEBUD_KEY, ROSEBUD, USUAL_SCOPES, "Perennial")
    add_key(klaviyo, NO_SCOPE_KEY, ROSEBUD, [], "a key without any scope")
    add_key(klaviyo, SECOND_KEY, SECOND, USUAL_SCOPES, "Perennial")


def add_account(klaviyo: Klaviyo, account: str, name: str, zone: str, currency: str, sender: str) -> None:
    """A new, empty account; `account` is its six-character public key, `zone` an IANA name."""
    klaviyo.accounts.put(
        {"id": account, "name": name, "timezone": zone, "currency": currency, "sender_email": sender}
    )


def add_key(
    klaviyo: Klaviyo, secret: str, account: str, scopes: list[str], label: str, kind: str = "private"
) -> dict[str, Any]:
    """A private key, or with kind "oauth" a bearer token. Scopes cannot be changed afterwards, as at Klaviyo.

    The label of a token is its app's name, which is also the integration its metrics belong to: one name sent
    through a key and through a token makes two metrics.
    """
    source = "API" if kind == "private" else label
    return klaviyo.credentials.put(
        {
            "id": secret,
            "account": account,
            "kind": kind,
            "scopes": list(scopes),
            "label": label,
            "source": source,
            "revoked": False,
        }
    )
