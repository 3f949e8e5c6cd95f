"""The accounts and keys every sandbox starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.store import Row, Store

if TYPE_CHECKING:
    from sandbox.klaviyo.state import Klaviyo

ROSEBUD = "Rb4xQz"
SECOND = "Tn7mLw"
ROSEBUD_KEY = "pk_sandbox_rosebud"
READER_KEY = "pk_sandbox_rosebud_reader"
NO_SCOPE_KEY = "pk_sandbox_rosebud_noscope"
SECOND_KEY = "pk_sandbox_second"

# What the app asks for: the minimum, and metrics:read for setting up flows (Klaviyo docs: access scopes).
USUAL_SCOPES = ["accounts:read", "events:write", "profiles:write", "metrics:read"]
READING_SCOPES = ["accounts:read", "events:read", "metrics:read"]


def plant(store: Store) -> None:
    """Put the accounts and keys into a world that has none."""
    accounts, credentials = store.collection("klaviyo_accounts"), store.collection("klaviyo_credentials")
    accounts.put(_account(ROSEBUD, "Rosebud Coffee", "America/New_York", "USD", "hello@rosebud-coffee.shop"))
    accounts.put(_account(SECOND, "Tannery Tea", "Europe/London", "GBP", "hello@tannery-tea.shop"))
    credentials.put(_credential(ROSEBUD_KEY, ROSEBUD, USUAL_SCOPES, "Perennial", "private"))
    credentials.put(_credential(READER_KEY, ROSEBUD, READING_SCOPES, "whoever checks what arrived", "private"))
    credentials.put(_credential(NO_SCOPE_KEY, ROSEBUD, [], "a key without any scope", "private"))
    credentials.put(_credential(SECOND_KEY, SECOND, USUAL_SCOPES, "Perennial", "private"))


def add_account(klaviyo: Klaviyo, account: str, name: str, zone: str, currency: str, sender: str) -> Row:
    """A new, empty account; `account` is its six-character public key, `zone` an IANA name."""
    return klaviyo.accounts.put(_account(account, name, zone, currency, sender))


def add_key(klaviyo: Klaviyo, secret: str, account: str, scopes: list[str], label: str, kind: str = "private") -> Row:
    """A private key, or with kind "oauth" a bearer token. Scopes cannot be changed afterwards, as at Klaviyo.

    The label of a token is its app's name, which is also the integration its metrics belong to: one name sent
    through a key and through a token makes two metrics.
    """
    return klaviyo.credentials.put(_credential(secret, account, scopes, label, kind))


def _account(account: str, name: str, zone: str, currency: str, sender: str) -> Row:
    return {"id": account, "name": name, "timezone": zone, "currency": currency, "sender_email": sender}


def _credential(secret: str, account: str, scopes: list[str], label: str, kind: str) -> Row:
    source = "API" if kind == "private" else label
    row = {"account": account, "kind": kind, "scopes": list(scopes), "label": label, "source": source}
    return {"id": secret, **row, "revoked": False}
