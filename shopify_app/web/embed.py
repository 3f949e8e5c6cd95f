"""Living inside the Shopify admin's frame: who may frame us, what a page load is, and the way to a fresh token."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from shopify_app.gateways.shopify.verify import shop_domain
from shopify_app.web import ctx

RELOAD = "shopify-reload"
"""App Bridge reads from this parameter where to go once it has a token (Shopify docs, session tokens)."""

_DROPPED = ("id_token", RELOAD)


def register(app: Flask) -> None:
    """Give every answer of `app` the headers below."""
    app.after_request(secure)


def secure(response: Response) -> Response:
    """Say who may frame this answer, and close what browsers leave open.

    Pages of a shop may be framed by that shop's admin only; everything else by nobody (Shopify docs, iframe
    protection). X-Frame-Options cannot name two hosts and would override this in old browsers: it is not sent.
    """
    headers = response.headers
    frame = f"frame-ancestors {_ancestors()}"
    headers.setdefault("Content-Security-Policy", f"{frame}; base-uri 'self'; object-src 'none'")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # no address of ours goes to anyone else: it may hold a token
    headers.setdefault("Referrer-Policy", "strict-origin")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if ctx().settings.host.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _ancestors() -> str:
    shop = g.get("frame_shop")
    return f"https://{shop} {ctx().settings.admin_url}" if shop else "'none'"


def is_document() -> bool:
    """Answer whether a browser is opening a page, which can be sent elsewhere, rather than a script asking."""
    if "Authorization" in request.headers or "HX-Request" in request.headers:
        return False
    destination = request.headers.get("Sec-Fetch-Dest")
    if destination:
        return destination in ("document", "iframe", "frame")
    return "text/html" in request.headers.get("Accept", "")


def named_shop() -> str | None:
    """Return the shop named in the address. Nothing proves it: good for framing and bouncing only."""
    return shop_domain(request.args.get("shop"))


def bounce() -> AnyResponse:
    """Send a page load to the bounce page, which comes back here with a fresh token."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name not in _DROPPED]
    target = f"{request.path}?{urlencode(query)}" if query else request.path
    return redirect(f"/bounce?{urlencode([*query, (RELOAD, target)])}")


def is_own_path(target: str) -> bool:
    """Answer whether `target` is a path on this host, however a browser may read it."""
    tame = target.isprintable() and "\\" not in target
    return tame and target.startswith("/") and not target.startswith("//")


def notice_page(words: str) -> str:
    """Return a small page that tells one thing."""
    return render_template("embed/notice.html", words=words)
