"""Forwards a storefront's request to the app as Shopify's app proxy does: signed, without cookies either way.

Shopify docs (app proxies, authenticate app proxies): its own parameters are added to the query, and the signature
is made of all of them, decoded, repeated values joined by a comma, sorted, with nothing in between.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from flask import Response, request

from sandbox.world import World

PREFIX = "/apps/perennial"
PATIENCE_S = 20
PASSED_ON = ("Accept", "Accept-Language", "Content-Type")
PASSED_BACK = ("Content-Type", "Cache-Control", "Retry-After", "Content-Language")


def forward(world: World, shop: str, path: str, customer: int | None) -> Response:
    """Return what the app answers; 502 with a line when it does not."""
    pairs = list(request.args.items(multi=True)) + added(shop, customer)
    query = urlencode([*pairs, ("signature", signature(pairs, world.config.api_secret))])
    headers = {name: value for name in PASSED_ON if (value := request.headers.get(name))}
    url = f"{world.config.url}/proxy/{quote(path)}?{query}"
    body = request.get_data() if request.method == "POST" else None
    asked = Request(url, data=body, headers=headers, method=request.method)  # noqa: S310 - the app's own URL
    try:
        with urlopen(asked, timeout=PATIENCE_S) as answer:  # noqa: S310
            return _back(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        return _back(error.code, error.headers, error.read())
    except (URLError, OSError):
        return Response("There was an error in the third-party application.", 502, mimetype="text/plain")


def added(shop: str, customer: int | None) -> list[tuple[str, str]]:
    """What Shopify says of a request, but for the signature. Machine time."""
    return [
        ("shop", shop),
        ("logged_in_customer_id", str(customer or "")),
        ("path_prefix", PREFIX),
        ("timestamp", str(int(time.time()))),
    ]


def signature(pairs: list[tuple[str, str]], secret: str) -> str:
    """The signature over decoded pairs."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    text = "".join(sorted(f"{name}={value}" for name, value in joined.items()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _back(status: int, headers: object, body: bytes) -> Response:
    response = Response(body, status)
    for name in PASSED_BACK:
        if value := getattr(headers, "get")(name):  # noqa: B009
            response.headers[name] = value
    return response
