"""Is this really Shopify? Webhooks, OAuth queries, id tokens and shop domains.

Every check answers for hostile input too: nothing here raises anything but BadToken. Decision 0001 tells which
part ShopifyAPI still does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from shopify.session import Session
from shopify.utils.shop_url import sanitize_shop_domain

from shopify_app.config import Settings

SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
"""Shopify docs (authorization code grant): the only shape of a shop's own domain, here after lower-casing."""

LEEWAY_SECONDS = 10
"""Clock drift allowed for id tokens (Shopify docs, session tokens)."""

OAUTH_AGE_SECONDS = 90
"""How old a signed OAuth query may be, either way: what Shopify's own JS library allows. ShopifyAPI allows a day."""

CHECKED_BY_US = {"verify_aud": False, "require": ["exp", "iss", "dest", "aud", "sub"]}
# An extension's token need name neither issuer nor session, and no customer who is not signed in.
CHECKED_OF_SHOPPERS = {"verify_aud": False, "require": ["exp", "dest", "aud"]}

CUSTOMER = re.compile(r"gid://shopify/Customer/[0-9]{1,20}")


class BadToken(Exception):
    """A token that nobody we serve could have; `reason` is one word, safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Claims:
    """What a merchant's id token says: which shop, which staff member."""

    shop: str
    user_id: int
    session_id: str = field(default="", repr=False)


@dataclass(frozen=True)
class ShopperClaims:
    """What an extension's session token says: which shop, which customer is signed in there."""

    shop: str
    customer_gid: str


def secrets_of(settings: Settings) -> list[str]:
    """Return the secrets Shopify may sign with: the current one, then the one being rotated away.

    Shopify docs (rotate client credentials): it signs with the oldest secret not yet revoked.
    """
    return [secret for secret in (settings.api_secret, settings.api_secret_old) if secret]


def webhook_ok(raw: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Answer whether `header` (X-Shopify-Hmac-Sha256, base64) signs exactly these body bytes with one of `secrets`.

    Headers are not signed: neither shop nor topic is proven by this.
    """
    try:
        given = (header or "").encode("ascii")
    except UnicodeEncodeError:
        return False
    # All secrets are tried always, so that time does not tell which one fits.
    matches = [hmac.compare_digest(_signature(secret, raw), given) for secret in secrets]
    return any(matches)


def _signature(secret: str, raw: bytes) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest())


def oauth_ok(query: Mapping[str, list[str]], secrets: Iterable[str], machine_now: datetime) -> bool:
    """Answer whether a query sent by way of the browser was signed by Shopify within the last 90 seconds.

    `query` maps each name to all its values; a name given twice is refused, as it could be read in two ways.
    """
    if any(len(values) != 1 for values in query.values()):
        return False
    flat = {name: values[0] for name, values in query.items()}
    signed = [_session_with(secret).validate_hmac(flat) for secret in secrets]
    return any(signed) and _is_recent(flat.get("timestamp", ""), machine_now)


def _session_with(secret: str) -> type[Session]:
    # ShopifyAPI reads the secret from the class: a class of our own keeps it from being a global of the process.
    return type("SignedSession", (Session,), {"secret": secret})


def _is_recent(timestamp: str, machine_now: datetime) -> bool:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    return abs(machine_now.timestamp() - int(timestamp)) <= OAUTH_AGE_SECONDS


def permission_url(settings: Settings, domain: str, redirect_uri: str, state: str) -> str:
    """Return where a merchant of `domain` grants our scopes (authorization-code grant)."""
    session: Session = type("KeyedSession", (Session,), {"api_key": settings.api_key})(domain, settings.api_version)
    url: str = session.create_permission_url(settings.scopes.split(","), redirect_uri, state)
    # ShopifyAPI knows real shops only; the sandbox's stand at SHOPIFY_SHOP_URL.
    return settings.shop_base(domain) + url.removeprefix(f"https://{domain}")


def shop_domain(text: str | None) -> str | None:
    """Return the shop's myshopify domain in `text`, lower case, or None when it names no shop."""
    try:
        domain = sanitize_shop_domain(text)
    except ValueError:
        # ShopifyAPI lets urlparse's complaint about "[" through
        return None
    return domain if isinstance(domain, str) and SHOP.fullmatch(domain) else None


def decode_id_token(token: str, settings: Settings) -> Claims:
    """Return whose token this is; raises BadToken unless it is a merchant's, for us, alive (machine time).

    A customer's token is signed with the same secret and may carry our `aud`: issuer and numeric `sub` tell
    them apart (Shopify docs, session tokens; customer account UI extensions carry a Customer gid).
    """
    claims = _signed(token, settings)
    if claims["aud"] != settings.api_key:
        raise BadToken("audience")
    shop = str(claims["dest"]).removeprefix("https://")
    if not SHOP.fullmatch(shop) or claims["dest"] != f"https://{shop}":
        raise BadToken("destination")
    if claims["iss"] != f"https://{shop}/admin":
        raise BadToken("issuer")
    if not re.fullmatch(r"[0-9]{1,20}", claims["sub"]):
        raise BadToken("subject")
    return Claims(shop=shop, user_id=int(claims["sub"]), session_id=str(claims.get("sid", "")))


def decode_shopper_token(token: str, settings: Settings) -> ShopperClaims:
    """Return which customer this is; raises BadToken unless an extension of ours got it for somebody signed in.

    Shopify docs (session token API of customer account UI extensions): `dest` is the shop, without a scheme in some
    places, and `sub` the customer's gid, absent when nobody is signed in or the app has no access to customer
    data. A merchant's token bears the same signature and `aud`: its issuer is the admin and its `sub` a number.
    """
    claims = _signed(token, settings, CHECKED_OF_SHOPPERS)
    if claims["aud"] != settings.api_key:
        raise BadToken("audience")
    shop = str(claims["dest"]).removeprefix("https://")
    if not SHOP.fullmatch(shop):
        raise BadToken("destination")
    if str(claims.get("iss", "")).rstrip("/").endswith("/admin"):
        raise BadToken("issuer")
    customer = claims.get("sub")
    if not isinstance(customer, str) or not CUSTOMER.fullmatch(customer):
        raise BadToken("subject")
    return ShopperClaims(shop, customer)


def _signed(token: str, settings: Settings, options: dict[str, Any] = CHECKED_BY_US) -> dict[str, Any]:
    reason = "missing"
    for secret in secrets_of(settings) if token else []:
        try:
            return jwt.decode(token, secret, algorithms=["HS256"], leeway=LEEWAY_SECONDS, options=options)  # type: ignore[arg-type, unused-ignore]
        except jwt.InvalidSignatureError:
            reason = "signature"
        except jwt.ExpiredSignatureError:
            raise BadToken("expired") from None
        # OverflowError and the like: numbers no clock has, in a token somebody made by hand
        except (jwt.InvalidTokenError, ValueError, OverflowError, TypeError):
            raise BadToken("malformed") from None
    raise BadToken(reason)
