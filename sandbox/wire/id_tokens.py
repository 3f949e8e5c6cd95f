"""Session (id) tokens and the other things Shopify signs with the app's secret on the way into the frame."""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

import jwt

from sandbox.world import World

LIFETIME_S = 60  # Shopify docs (session tokens): one minute
STAFF_USER = 48_151_623  # the merchant who looks at the sandbox


class BadToken(ValueError):
    """The subject token is not one that Shopify would have minted for this app and shop."""


def mint_id_token(world: World, shop: str, user: int = STAFF_USER, **claims: Any) -> str:
    """A session token for the app's frame, machine time. ``claims`` replace single claims (tests)."""
    now = int(time.time())
    payload = {
        "iss": f"https://{shop}/admin",
        "dest": f"https://{shop}",
        "aud": world.config.api_key,
        "sub": str(user),
        "exp": now + LIFETIME_S,
        "nbf": now,
        "iat": now,
        "jti": str(uuid.uuid4()),
        "sid": hashlib.sha256(f"{shop}/{user}".encode()).hexdigest(),
        **claims,
    }
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, world.config.api_secret, "HS256")


def check_id_token(world: World, shop: str, token: str) -> dict[str, Any]:
    """The claims of a session token. Raises BadToken."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            world.config.api_secret,
            algorithms=["HS256"],
            audience=world.config.api_key,
            leeway=10,
            options={"require": ["exp", "iss", "dest", "aud"]},
        )
    except jwt.InvalidTokenError as error:
        raise BadToken(str(error)) from None
    if claims["dest"] != f"https://{shop}" or claims["iss"] != f"https://{shop}/admin":
        raise BadToken("issued for another shop")
    return claims


def host_param(world: World, shop: str) -> str:
    """The ``host`` query parameter: the admin's address of this shop, base64url without padding."""
    admin = f"{urlsplit(world.origin).netloc or '127.0.0.1'}/store/{shop.removesuffix('.myshopify.com')}"
    return urlsafe_b64encode(admin.encode()).decode().rstrip("=")


def sign_query(world: World, params: dict[str, str]) -> str:
    """The ``hmac`` of a query: hex SHA-256 over the sorted ``k=v`` pairs (Shopify docs: verify a request).

    Delimiters inside a name or value are escaped, as ShopifyAPI does; other libraries differ there.
    """
    text = "&".join(f"{_escaped(k).replace('=', '%3D')}={_escaped(params[k])}" for k in sorted(params) if k != "hmac")
    return hmac.new(world.config.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26")


def launch_params(world: World, shop: str, user: int = STAFF_USER, locale: str = "en") -> dict[str, str]:
    """The query with which Shopify opens the app in the admin's frame. ``locale``: the person's language."""
    params = {
        "embedded": "1",
        "host": host_param(world, shop),
        "id_token": mint_id_token(world, shop, user),
        "locale": locale,
        "session": hashlib.sha256(f"{shop}/{user}/session".encode()).hexdigest(),
        "shop": shop,
        "timestamp": str(int(time.time())),
    }
    return {**params, "hmac": sign_query(world, params)}
