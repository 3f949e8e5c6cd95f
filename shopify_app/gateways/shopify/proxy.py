"""Did Shopify forward this request of a shopper's from the storefront? What an app proxy adds, and how it signs.

Shopify docs (authenticate app proxies): `signature` is the hex HMAC-SHA256, with the app's secret, of all other
parameters: decoded, repeated ones joined by ",", sorted, and written "name=value" one behind the other with nothing
between them. It covers the query alone, never the body.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shopify_app.gateways.shopify.verify import SHOP, BadToken

AGE_SECONDS = 90
"""How old a forwarded request may be, either way (as Shopify's own JS and Python libraries have it)."""
SIGNATURE, CUSTOMER = "signature", "logged_in_customer_id"
ONCE = (SIGNATURE, "shop", "timestamp", "path_prefix", CUSTOMER)
"""What Shopify adds. The shopper's own query stands beside it, so one of these given twice is somebody's trick."""


@dataclass(frozen=True)
class Forwarded:
    """The shop whose storefront it came from, and who is signed in there (None: nobody)."""

    shop: str
    customer_gid: str | None


def read(query: Sequence[tuple[str, str]], secrets: Iterable[str], machine_now: datetime) -> Forwarded:
    """Return what Shopify says of a forwarded request; raises BadToken for any other. `query`: decoded pairs, all."""
    found: dict[str, list[str]] = {}
    for name, value in query:
        found.setdefault(name, []).append(value)
    if any(len(found.get(name, ())) > 1 for name in ONCE):
        raise BadToken("repeated")
    given = found.pop(SIGNATURE, [""])[0]
    if not given:
        raise BadToken("missing")
    # all secrets are tried always, so that time does not tell which one fits
    fits = [hmac.compare_digest(_signature(found, secret), given.encode(errors="replace")) for secret in secrets]
    if not any(fits):
        raise BadToken("signature")
    _check_age(found.get("timestamp", [""])[0], machine_now)
    shop, customer = found.get("shop", [""])[0], found.get(CUSTOMER, [""])[0]
    if not SHOP.fullmatch(shop):
        raise BadToken("shop")
    if customer and not re.fullmatch(r"[0-9]{1,20}", customer):
        raise BadToken("customer")
    return Forwarded(shop, f"gid://shopify/Customer/{customer}" if customer else None)


def _signature(found: dict[str, list[str]], secret: str) -> bytes:
    text = "".join(sorted(f"{name}={','.join(values)}" for name, values in found.items()))
    return hmac.new(secret.encode(), text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest().encode()


def _check_age(text: str, machine_now: datetime) -> None:
    if not re.fullmatch(r"[0-9]{1,12}", text) or abs(machine_now.timestamp() - int(text)) > AGE_SECONDS:
        raise BadToken("age")
