"""``/shop/<handle>/…``: the shop front, a product, the cart, the checkout, the account's door, the app proxy.

Cart and sign-in are cookies of this storefront. A press here is a shopper's at Shopify itself, so it writes the world
as Shopify's own checkout would.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_from_directory
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from sandbox.faces.admin import shop_of
from sandbox.faces.storefront import app_proxy, buying, objects, theme
from sandbox.world import World
from sandbox.world.store import Row

LOCALES = ("en", "de", "fr", "es", "ja")
CART, SHOPPER, LOCALE = "shop_cart", "shop_customer", "shop_locale"
NEEDED = ("email", "address1", "city", "zip")
MOST = 20


def add_storefront(blueprint: Blueprint, world: World) -> None:
    """Serve the storefront of every shop."""

    @blueprint.get("/shop/<handle>/")
    def shop_front(handle: str) -> str:
        shop = shop_of(world, handle)["id"]
        with world.locked():
            rows = [row for row in world.of("products", shop) if row["status"] == "ACTIVE"]
        return _page(world, shop, "front", products=rows)

    @blueprint.get("/shop/<handle>/products/<name>")
    def shop_product(handle: str, name: str) -> str:
        shop = shop_of(world, handle)["id"]
        with world.locked():
            row = next((each for each in world.of("products", shop) if each["handle"] == name), None)
            if row is None:
                abort(404, f"the shop has no product {name!r}")
            asked = {
                "variant": _number(request.args.get("variant")),
                "plan": _number(request.args.get("selling_plan")),
            }
            found = objects.product(world, shop, row, **asked)
        block = _block(world, shop, "subscribe", product=found)
        return _page(world, shop, "product", product=found, block=block)

    @blueprint.get("/shop/<handle>/assets/<name>")
    def shop_asset(handle: str, name: str) -> Response:
        return send_from_directory(theme.EXTENSION / "assets", name)

    @blueprint.route("/shop/<handle>/apps/perennial/<path:path>", methods=["GET", "POST"])
    def shop_app(handle: str, path: str) -> Response:
        shop = shop_of(world, handle)["id"]
        return app_proxy.forward(world, shop, path, _signed_in(world, shop))

    _add_cart(blueprint, world)
    _add_people(blueprint, world)


def _add_cart(blueprint: Blueprint, world: World) -> None:
    @blueprint.post("/shop/<handle>/cart/add")
    def shop_add(handle: str) -> AnyResponse:
        shop = shop_of(world, handle)["id"]
        variant, plan = _number(request.form.get("id")), _number(request.form.get("selling_plan"))
        with world.locked():
            row = world.of("variants", shop).get(variant)
            if row is None or not objects.is_available(world, shop, row):
                abort(422, "this variant cannot be bought")
            own = world.of("products", shop)[row["product_id"]]
            if plan is not None and objects.find_plan(world, shop, row, plan) is None:
                abort(422, "this variant is not sold on that plan")
            if plan is None and own.get("requires_selling_plan"):
                abort(422, "this product is sold on a plan only")  # as Shopify's cart refuses it
        line = {"variant": variant, "plan": plan, "quantity": max(1, _number(request.form.get("quantity")) or 1)}
        return _with_cart(redirect(f"/shop/{handle}/cart"), [*_cart(), line][:MOST])

    @blueprint.get("/shop/<handle>/cart")
    def shop_cart(handle: str) -> str:
        shop = shop_of(world, handle)["id"]
        with world.locked():
            found = objects.cart(world, shop, _cart())
        return _page(world, shop, "cart", cart=found, block=_block(world, shop, "cart-details", cart=found))

    @blueprint.route("/shop/<handle>/checkout", methods=["GET", "POST"])
    def shop_checkout(handle: str) -> str | AnyResponse:
        shop = shop_of(world, handle)["id"]
        lines, known = _cart(), _signed_in(world, shop)
        form = request.form.to_dict()
        missing = [] if known else [name for name in NEEDED if not form.get(name, "").strip()]
        if request.method == "GET" or missing or not lines:
            return _page(
                world, shop, "checkout", missing=missing if form else [], form=form, known=known, lines=lines
            )
        with world.locked():
            person = buying.buyer(world, shop, known, form)
            made = buying.buy(world, shop, lines, person)
        page = Response(_page(world, shop, "thanks", contracts=made))
        page.set_cookie(SHOPPER, str(person["id"]), path=f"/shop/{handle}", httponly=True, samesite="Lax")
        return _with_cart(page, [])


def _add_people(blueprint: Blueprint, world: World) -> None:
    @blueprint.route("/shop/<handle>/account/login", methods=["GET", "POST"])
    def shop_login(handle: str) -> str | AnyResponse:
        shop = shop_of(world, handle)["id"]
        if request.method == "GET":
            with world.locked():
                people = world.of("customers", shop).all()[:50]
            return _page(world, shop, "login", people=people)
        response = redirect(f"/shop/{handle}/account")
        response.set_cookie(SHOPPER, request.form.get("customer", ""), path=f"/shop/{handle}", httponly=True)
        return response

    @blueprint.get("/shop/<handle>/account")
    def shop_account(handle: str) -> str:
        shop = shop_of(world, handle)["id"]
        person = _signed_in(world, shop)
        block = _block(world, shop, "account", customer={"id": person} if person else None)
        return _page(world, shop, "account", block=block)


def _block(world: World, shop: str, name: str, **objects_: Any) -> Markup:
    with world.locked():
        currency = world.shops[shop]["currency"]
    # Liquid of ours: it escapes what is not its own
    return Markup(theme.draw(name, _root(shop), _locale(), currency, {}, **objects_))  # noqa: S704


def _page(world: World, shop: str, name: str, **values: Any) -> str:
    with world.locked():
        row = world.shops[shop]
    return render_template(
        f"storefront/{name}.html", shop=row, root=_root(shop), locale=_locale(), count=len(_cart()), **values
    )


def _root(shop: str) -> str:
    return f"/shop/{shop.removesuffix('.myshopify.com')}"


def _locale() -> str:
    asked = request.args.get("locale") or request.cookies.get(LOCALE, "en")
    return asked if asked in LOCALES else "en"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _signed_in(world: World, shop: str) -> int | None:
    key = _number(request.cookies.get(SHOPPER))
    with world.locked():
        return key if key is not None and world.of("customers", shop).get(key) else None


def _cart() -> list[Row]:
    try:
        found = json.loads(request.cookies.get(CART, "[]"))
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def _with_cart(response: AnyResponse, lines: list[Row]) -> AnyResponse:
    path = "/".join(request.path.split("/")[:3])
    response.set_cookie(CART, json.dumps(lines), path=path, httponly=True, samesite="Lax")
    return response
