"""A shop's customer accounts: signing in, and the pages on which the app's own extensions run.

Each extension runs in an ``<iframe sandbox="allow-scripts">``: an origin of its own, no cookies, no way to the page
around. What Shopify gives it (``shopify``, ``navigation``) goes over messages (`static/account/`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.faces import bundles, reading
from sandbox.faces.admin import shop_of
from sandbox.shopify import contracts, payment_methods
from sandbox.shopify.registry import gid
from sandbox.wire.id_tokens import mint_id_token
from sandbox.world import World
from sandbox.world.store import Row

BASE = "/account/<handle>"
PAGE = "customer-account.page.render"
BLOCKS = {
    "orders": "customer-account.order-index.announcement.render",
    "order": "customer-account.order-status.block.render",
    "profile": "customer-account.profile.block.render",
    "thanks": "purchase.thank-you.block.render",
}


def add_account(blueprint: Blueprint, world: World) -> None:
    """Serve ``/account/<handle>`` and what is below it."""
    _add_sign_in(blueprint, world)
    _add_pages(blueprint, world)
    _add_frames(blueprint, world)
    _add_intents(blueprint, world)


def _cookie(handle: str) -> str:
    return f"sandbox-account-{handle}"


def _customer(world: World, shop: Row, handle: str) -> Row | None:
    number = request.cookies.get(_cookie(handle), "")
    return world.of("customers", shop["id"]).get(int(number)) if number.isdigit() else None


def _language() -> str:
    asked = request.args.get("locale") or request.cookies.get("sandbox-account-language") or "en"
    return asked if asked in bundles.languages() else "en"


def _add_sign_in(blueprint: Blueprint, world: World) -> None:
    @blueprint.get(f"{BASE}/login")
    def account_login(handle: str) -> str:
        shop = shop_of(world, handle)
        with world.locked():
            people = [
                (row["id"], reading.customer_name(world, shop["id"], row["id"]))
                for row in world.of("customers", shop["id"])
            ]
        return render_template("account/login.html", shop=shop, handle=handle, people=people[:250], here="login")

    @blueprint.post(f"{BASE}/login")
    def account_enter(handle: str) -> AnyResponse:
        shop, number = shop_of(world, handle), request.form.get("customer", "")
        with world.locked():
            known = number.isdigit() and int(number) in world.of("customers", shop["id"])
        if not known:
            abort(400, "the shop has no such customer")
        answer = redirect(f"/account/{handle}")
        answer.set_cookie(_cookie(handle), number, httponly=True, samesite="Lax")
        return answer

    @blueprint.post(f"{BASE}/logout")
    def account_leave(handle: str) -> AnyResponse:
        answer = redirect(f"/account/{handle}/login")
        answer.delete_cookie(_cookie(handle))
        return answer


def _add_pages(blueprint: Blueprint, world: World) -> None:
    def show(handle: str, here: str, target: str, order: str = "") -> str | AnyResponse:
        shop = shop_of(world, handle)
        with world.locked():
            customer = _customer(world, shop, handle)
            if customer is None:
                return redirect(f"/account/{handle}/login")
            own = [row for row in world.of("orders", shop["id"]) if row["customer_id"] == customer["id"]]
            if order and not any(str(row["id"]) == order for row in own):
                abort(404, "no such order")
            name = reading.customer_name(world, shop["id"], customer["id"])
        shown = [row for row in reversed(own) if not order or str(row["id"]) == order]
        return render_template(
            f"account/{here}.html", shop=shop, handle=handle, here=here, name=name, customer=customer, orders=shown,
            target=target, order=order, language=_language(), languages=bundles.languages(),
        )  # fmt: skip

    @blueprint.get(BASE)
    def account_orders(handle: str) -> str | AnyResponse:
        return show(handle, "orders", BLOCKS["orders"])

    @blueprint.get(f"{BASE}/orders/<order>")
    def account_order(handle: str, order: str) -> str | AnyResponse:
        return show(handle, "order", BLOCKS["order"], order)

    @blueprint.get(f"{BASE}/thank-you/<order>")
    def account_thanks(handle: str, order: str) -> str | AnyResponse:
        return show(handle, "thanks", BLOCKS["thanks"], order)

    @blueprint.get(f"{BASE}/profile")
    def account_profile(handle: str) -> str | AnyResponse:
        return show(handle, "profile", BLOCKS["profile"])

    @blueprint.get(f"{BASE}/pages/subscriptions")
    @blueprint.get(f"{BASE}/pages/subscriptions/")
    @blueprint.get(f"{BASE}/pages/subscriptions/<path:rest>")
    def account_page(handle: str, rest: str = "") -> str | AnyResponse:
        return show(handle, "page", PAGE)


def _add_frames(blueprint: Blueprint, world: World) -> None:
    @blueprint.get(f"{BASE}/_frame/<target>")
    def account_frame(handle: str, target: str) -> str:
        """The extension's own document: what it is given at the start, the stand-ins, its bundle."""
        shop = shop_of(world, handle)
        with world.locked():
            customer = _customer(world, shop, handle) or abort(401)
            order = world.of("orders", shop["id"]).get(int(request.args.get("order") or 0))
        given = {
            "target": target, "language": _language(), "words": bundles.words(_language()),
            "path": request.args.get("path", "/"), "customer": gid("Customer", customer["id"]), "shop": shop["id"],
            "currency": shop["currency"], "order": _order(order) if order else None,
        }  # fmt: skip
        return render_template("account/frame.html", given=given, target=target)

    @blueprint.get("/account/_bundle/<target>.js")
    def account_bundle(target: str) -> Response:
        try:
            body = bundles.script(target, world.config.url)
        except KeyError:
            abort(404, f"no extension of the app has the target {target!r}")
        return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})

    @blueprint.get(f"{BASE}/_token")
    def account_token(handle: str) -> Response:
        """A session token of the signed-in customer, as `shopify.sessionToken.get()` gives it."""
        shop = shop_of(world, handle)
        with world.locked():
            customer = _customer(world, shop, handle) or abort(401)
        subject = gid("Customer", customer["id"])
        answer = jsonify(token=mint_id_token(world, shop["id"], iss=None, sid=None, sub=subject))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _add_intents(blueprint: Blueprint, world: World) -> None:
    @blueprint.post(f"{BASE}/_new-card/<int:number>")
    def account_new_card(handle: str, number: int) -> Response:
        """What Shopify's own dialog does for `field=paymentMethod`: a new card in the place of the old one."""
        shop = shop_of(world, handle)
        with world.locked():
            customer = _customer(world, shop, handle) or abort(401)
            contract = world.of("contracts", shop["id"]).get(number)
            if contract is None or contract["customer_id"] != customer["id"]:
                abort(404, "no such subscription")
            method = payment_methods.create(world, shop["id"], customer["id"], "card")
            contracts.change(world, shop["id"], contract, payment_method_id=method["id"])
        return jsonify(payment_method=method["id"])


def _order(row: Row) -> dict[str, Any]:
    plan = [
        {"id": gid("SellingPlan", line["selling_plan_id"])} if line["selling_plan_id"] else None
        for line in row["lines"]
    ]
    return {"id": gid("Order", row["id"]), "name": row["name"], "plans": plan}
