"""Reads about shops: who is installed, and how each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.kit.crypto import Vault
from shopify_app.shops.models import INSTALLED, KEY_LOST, Shop, ShopToken
from shopify_app.shops.tokens import opens


def installed(session: Session) -> list[Shop]:
    """Return the shops that have the app, oldest first: all work is for these only."""
    return list(session.scalars(select(Shop).where(Shop.status == INSTALLED).order_by(Shop.id)))


def installed_ids() -> Select[int]:
    """Return the subquery by which a drain takes rows of installed shops only: `where(X.shop_id.in_(…))`."""
    return select(Shop.id).where(Shop.status == INSTALLED)


def by_domain(session: Session, domain: str) -> Shop | None:
    """Return the shop of this myshopify domain, installed or not."""
    return session.scalars(select(Shop).where(Shop.domain == domain)).one_or_none()


@dataclass(frozen=True)
class ShopOverview:
    """One shop as an operator sees it. `refused` is why its token no longer works, if so."""

    domain: str
    status: str
    zone: str
    installed_at: datetime
    uninstalled_at: datetime | None
    has_token: bool
    refused: str | None
    billing_stopped: str | None

    def line(self) -> str:
        """One line for `perennial shops`."""
        token = f"token refused ({self.refused})" if self.refused else "token ok" if self.has_token else "no token"
        billing = f"billing stopped ({self.billing_stopped})" if self.billing_stopped else "billing on"
        if self.status != INSTALLED:
            billing = ""
        since = self.uninstalled_at or self.installed_at
        return f"{self.domain}  {self.status} {since:%Y-%m-%d %H:%M} UTC  {self.zone}  {token}  {billing}".rstrip()

    def problems(self) -> list[str]:
        """What `perennial doctor` says of this shop, each with its fix; empty when all is well."""
        if self.status != INSTALLED:
            return []
        found = []
        if self.refused or not self.has_token:
            reason = self.refused or "there is none"
            fix = _FIXES.get(reason, "a merchant must open the app once")
            found.append(f"{self.domain}: no working token ({reason}): {fix}")
        if self.billing_stopped:
            found.append(
                f"{self.domain}: billing is stopped: {_FIXES.get(self.billing_stopped, self.billing_stopped)}"
            )
        return found


HOST_CHANGED = "host changed"
"""`billing_stopped_reason` of a database that woke up under another HOST than it was installed with."""

_FIXES = {
    HOST_CHANGED: "this database was installed under another HOST; `perennial doctor --adopt` if it moved here",
    KEY_LOST: "ENCRYPTION_KEY lacks the key it was sealed with; add that key behind the new one, comma between, "
    "or a merchant must open the app once",
}


def overview(session: Session, vault: Vault) -> list[ShopOverview]:
    """Return every shop we know, by domain. Tokens are opened to see whether a key of `vault` still fits."""
    query = select(Shop, ShopToken).outerjoin(ShopToken, ShopToken.shop_id == Shop.id).order_by(Shop.domain)
    return [_overview(shop, token, vault) for shop, token in session.execute(query)]


def _overview(shop: Shop, token: ShopToken | None, vault: Vault) -> ShopOverview:
    stopped = (shop.billing_stopped_reason or "by hand") if shop.billing_stopped_at else None
    return ShopOverview(
        domain=shop.domain,
        status=shop.status,
        zone=shop.iana_timezone,
        installed_at=shop.installed_at,
        uninstalled_at=shop.uninstalled_at,
        has_token=token is not None,
        refused=_refusal(token, vault) if token else None,
        billing_stopped=stopped,
    )


def _refusal(token: ShopToken, vault: Vault) -> str | None:
    if not opens(vault, token):
        return KEY_LOST
    # a key that is back is found by the next use of the token
    return (token.refused_reason or "refused") if token.refused_at and token.refused_reason != KEY_LOST else None
