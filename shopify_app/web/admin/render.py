"""Pages and parts of pages. A fetch by the page gets `<main id="page">` alone, the admin's frame a document."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, render_template, request

from shopify_app.web import ctx
from shopify_app.web.admin import navigation


def page(template: str, *, title: str, code: int = 200, **values: Any) -> Response:
    """Render `template` for the shop of this request.

    `title` names page, tab and focus target. Every template also reads `zone`, `today` (shop-local) and `shop_name`.
    """
    settings = ctx().settings
    values |= {
        "title": title,
        "layout": "layout/part.html" if _is_fetch() else "layout/document.html",
        "zone": g.shop.zone,
        "today": ctx().clock.now().astimezone(g.shop.zone).date(),
        "shop_name": g.shop.name or g.shop.domain,
        "api_key": settings.api_key,
        "cdn_url": settings.cdn_url,
        "menu": navigation.menu(),
        "tabs": navigation.tabs(template),
    }
    return answer(render_template(template, **values), code)


def part(template: str, **values: Any) -> Response:
    """Render a piece of a page that was asked for on its own."""
    return answer(render_template(template, zone=g.shop.zone, **values))


def answer(html: str, status: int = 200) -> Response:
    """Return a response nobody may cache: it holds a shop's data, and one address has two forms."""
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "HX-Request, HX-History-Restore-Request, Authorization"
    return response


def admin_link(path: str) -> str:
    """Return the address of something in the shop's Shopify admin, e.g. admin_link("orders/7")."""
    handle = g.shop.domain.removesuffix(".myshopify.com")
    return f"{ctx().settings.admin_url}/store/{handle}/{path}"


def _is_fetch() -> bool:
    # htmx names its own requests, and going back in history by the second header alone (htmx 4.0).
    return "HX-Request" in request.headers or "HX-History-Restore-Request" in request.headers
