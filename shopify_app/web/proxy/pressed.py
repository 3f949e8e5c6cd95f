"""The token behind a button of the account block: the one thing that a press proves to us (decision 0017).

Shopify signs whatever a shopper's browser sends through the proxy, a form on somebody else's page included. That
page cannot read our block, so it cannot have a token; and a token is for one customer, one date and one deed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from shopify_app.kit.links import BadLink, LinkSigner

KIND = "proxy"
VALID_SECONDS = 30 * 60
"""Machine time. A page that stood open for longer is drawn anew, and asks for another press."""


class Stale(Exception):
    """Ours, but too old."""


@dataclass(frozen=True)
class Press:
    """`shown` is the day the order had on the page, `to` the day a move leads to; days are the shop's.

    `contract` and `customer` are Shopify's numbers. `nonce` names the deed: pressed twice, it is done once.
    """

    action: str
    shop_id: int
    customer: str
    contract: str
    index: int
    shown: date
    to: date | None = None
    nonce: str = ""

    def back(self, action: str, shown: date, to: date | None) -> Press:
        """Return what takes this deed back."""
        return replace(self, action=action, shown=shown, to=to, nonce="")


def write(signer: LinkSigner, press: Press, machine_now: datetime) -> str:
    """Return the token for a button, good from now on for VALID_SECONDS."""
    until = int(machine_now.timestamp()) + VALID_SECONDS
    days = (press.shown.isoformat(), press.to.isoformat() if press.to else None)
    place = (press.shop_id, press.customer, press.contract, press.index)
    return signer.sign([KIND, press.action, *place, *days, until, secrets.token_urlsafe(9)])


def read(signer: LinkSigner, token: str, machine_now: datetime) -> Press:
    """Return what a token stands for. Raises BadLink when it is none of these, Stale when it is too old."""
    try:
        kind, action, shop_id, customer, contract, index, shown, to, until, nonce = signer.read(token)
        if kind != KIND:
            raise BadLink("of another kind")
        days = (date.fromisoformat(shown), date.fromisoformat(to) if to else None)
        press = Press(action, shop_id, customer, contract, index, *days, nonce)
        is_over = machine_now.timestamp() > until
    except (ValueError, TypeError) as error:
        raise BadLink("signed by us, but of another form") from error
    if is_over:
        raise Stale
    return press
