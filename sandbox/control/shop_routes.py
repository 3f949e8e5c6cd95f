"""What happens in a shop without the app: installs, checkouts, merchants, shoppers, other apps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox.control import given, other_tool
from sandbox.shopify import (
    attempts,
    checkout,
    contracts,
    customers,
    cycle_mutations,
    discount_codes,
    fulfillment_holds,
    fulfillment_orders,
    installs,
    orders,
    payment_methods,
    products,
    shops,
    stock,
)
from sandbox.wire import id_tokens, tokens
from sandbox.world import World

STATUSES = {"pause": "PAUSED", "activate": "ACTIVE", "cancel": "CANCELLED", "expire": "EXPIRED", "fail": "FAILED"}
BASE = "/shops/<shop>"


def add(pages: Blueprint, world: World) -> None:
    """Register the routes under ``/_control/shops/<domain>``."""
    _app(pages, world)
    _privacy(pages, world)
    _contracts(pages, world)
    _people(pages, world)
    _goods(pages, world)


def _app(pages: Blueprint, world: World) -> None:
    @pages.post(BASE + "/install")
    def install(shop: str) -> Response:
        with world.locked():
            installs.install(world, shop)
            return jsonify(world.install_of(shop))

    @pages.post(BASE + "/uninstall")
    def uninstall(shop: str) -> Response:
        with world.locked():
            world.shops[shop]
            installs.uninstall(world, shop)
            return jsonify(world.install_of(shop))

    @pages.get(BASE + "/launch")
    def launch(shop: str) -> Response:
        """The query with which the admin opens the app, with a fresh id_token."""
        with world.locked():
            world.shops[shop]
            return jsonify(id_tokens.launch_params(world, shop))

    @pages.post(BASE + "/id_token")
    def id_token(shop: str) -> Response:
        """{"user": 1, "claims": {…}}: a session token; claims replace single claims."""
        asked = given.body()
        with world.locked():
            world.shops[shop]
            user = given.number(asked.get("user", id_tokens.STAFF_USER), "user")
            return jsonify({"id_token": id_tokens.mint_id_token(world, shop, user, **asked.get("claims", {}))})

    @pages.post(BASE + "/tokens/expire")
    def expire(shop: str) -> Response:
        with world.locked():
            world.shops[shop]
            tokens.expire_all(world, shop)
            return jsonify({"ok": True})

    @pages.post(BASE + "/settings")
    def settings(shop: str) -> Response:
        """{"zone": …, "name": …, "pickup": {"price": "0.00"}, …}: the merchant changes the shop; shop/update."""
        asked = given.body()
        unknown = set(asked) - {"zone", "name", "email", "currencies", "plan", "local_delivery", "pickup"}
        if unknown:
            raise given.BadInput(f"a shop has no {sorted(unknown)}")
        with world.locked():
            return jsonify(shops.update(world, shop, **asked))


def _privacy(pages: Blueprint, world: World) -> None:
    @pages.post(BASE + "/privacy/<topic>")
    def privacy(shop: str, topic: str) -> Response:
        """Send a compliance webhook: data_request or customer_redact {"customer_id"}, shop_redact."""
        with world.locked():
            row = world.shops[shop]
            head = {"shop_id": row["number"], "shop_domain": shop}
            if topic == "shop_redact":
                world.emit(shop, "shop/redact", head)
                return jsonify({"ok": True})
            customer = world.of("customers", shop)[given.number(given.body().get("customer_id"), "customer_id")]
            person = {k: customer[k] for k in ("id", "email", "phone")}
            bought = [o["id"] for o in world.of("orders", shop) if o["customer_id"] == customer["id"]]
            if topic == "data_request":
                asked = {"orders_requested": bought, "customer": person, "data_request": {"id": 9_999}}
                world.emit(shop, "customers/data_request", {**head, **asked})
            elif topic == "customer_redact":
                world.emit(shop, "customers/redact", {**head, "customer": person, "orders_to_redact": bought})
            else:
                raise given.BadInput("topic is data_request, customer_redact or shop_redact")
        return jsonify({"ok": True})


def _contracts(pages: Blueprint, world: World) -> None:
    @pages.post(BASE + "/checkout")
    def buy(shop: str) -> Response:
        """A shopper subscribes: {"variant_id", "interval", "interval_count", "email", "quantity"}, all optional."""
        with world.locked():
            world.shops[shop]
            contract = checkout.buy(world, shop, **_known(given.body(), checkout.OPTIONS))
            return jsonify({"contract_id": contract["id"], "order_id": contract["origin_order_id"]})

    @pages.post(BASE + "/contracts/<int:key>/<action>")
    def act(shop: str, key: int, action: str) -> Response:
        """pause, activate, cancel, expire, fail, skip, unskip, attempt, review: by the merchant or another app."""
        asked = given.body()
        with world.locked():
            row = world.of("contracts", shop)[key]
            return jsonify(_act(world, shop, row, action, asked))

    @pages.post(BASE + "/attempts/<int:key>/settle")
    def settle_one(shop: str, key: int) -> Response:
        """Decide one attempt: {"outcome": "settle" | "challenged" | code}."""
        outcome = given.body().get("outcome")
        with world.locked():
            row = world.of("attempts", shop)[key]
            if row["state"] not in ("pending", "action_required"):
                raise given.BadInput(f"attempt {key} is {row['state']} already")
            return jsonify(attempts.settle(world, shop, row, outcome))


def _act(world: World, shop: str, row: dict[str, Any], action: str, asked: dict[str, Any]) -> dict[str, Any]:
    if action in STATUSES:
        return contracts.change(world, shop, row, status=STATUSES[action])
    if action == "review":
        return contracts.change(world, shop, row, under_review=bool(asked.get("under_review", True)))
    if action == "attempt":
        return other_tool.attempt(world, shop, row, asked)
    index = given.number(asked.get("cycle_index"), "cycle_index")
    if action in ("skip", "unskip"):
        cycle_mutations.set_skipped(world, shop, row, index, action == "skip")
        return row
    raise given.BadInput(f"{action!r} is no action on a contract")


def _people(pages: Blueprint, world: World) -> None:
    @pages.post(BASE + "/customers/<int:key>")
    def customer(shop: str, key: int) -> Response:
        """Edit a customer: {"email", "first_name", "last_name", "phone", "address", "locale"}."""
        fields = ("email", "first_name", "last_name", "phone", "address", "locale", "marketing")
        with world.locked():
            return jsonify(customers.change(world, shop, key, **_known(given.body(), fields)))

    @pages.post(BASE + "/customers/<int:kept>/merge/<int:gone>")
    def merge(shop: str, kept: int, gone: int) -> Response:
        with world.locked():
            for key in (kept, gone):
                world.of("customers", shop)[key]
            customers.merge(world, shop, kept, gone)
            return jsonify({"ok": True})

    @pages.post(BASE + "/payment_methods/<token>/<action>")
    def method(shop: str, token: str, action: str) -> Response:
        """update {"expiry_month", "expiry_year", "last_digits"}, revoke {"reason"} or merge {"into": another}."""
        asked = given.body()
        with world.locked():
            if action == "update":
                known = _known(asked, ("expiry_month", "expiry_year", "last_digits", "brand"))
                return jsonify(payment_methods.update(world, shop, token, **known))
            if action == "revoke":
                reason = asked.get("reason", "MANUALLY_REVOKED")
                return jsonify(payment_methods.revoke(world, shop, token, reason))
            if action == "merge":
                return jsonify(payment_methods.merge(world, shop, token, given.text(asked.get("into"), "into")))
        raise given.BadInput("a payment method can be updated, revoked or merged")


def _goods(pages: Blueprint, world: World) -> None:
    @pages.post(BASE + "/discount_codes")
    def code(shop: str) -> Response:
        """{"code", "percentage" or "amount", "limit", …}: the merchant makes a discount code, or changes it."""
        asked = given.body()
        known = _known({name: value for name, value in asked.items() if name != "code"}, discount_codes.OPTIONS)
        if (known.get("percentage") is None) == (known.get("amount") is None):
            raise given.BadInput("a code takes off a percentage or an amount")
        with world.locked():
            world.shops[shop]
            return jsonify(discount_codes.create(world, shop, given.text(asked.get("code"), "code"), **known))

    @pages.post(BASE + "/stock")
    def count(shop: str) -> Response:
        """{"variant_id" or "inventory_item_id", "available"}: someone counts the shelf."""
        asked = given.body()
        with world.locked():
            item = asked.get("inventory_item_id")
            if item is None:
                item = world.of("variants", shop)[given.number(asked.get("variant_id"), "variant_id")][
                    "inventory_item_id"
                ]
            return jsonify(stock.set_available(world, shop, item, given.number(asked.get("available"), "available")))

    @pages.post(BASE + "/products/<int:key>/<action>")
    def product(shop: str, key: int, action: str) -> Response:
        """update {"title", "status"} or delete."""
        with world.locked():
            world.of("products", shop)[key]
            if action == "update":
                known = _known(given.body(), ("title", "status"))
                return jsonify(products.touch(world, shop, key, **known))
            if action == "delete":
                products.delete(world, shop, key)
                return jsonify({"ok": True})
        raise given.BadInput("a product can be updated or deleted")

    @pages.post(BASE + "/orders/<int:key>/<action>")
    def order(shop: str, key: int, action: str) -> Response:
        """cancel, fulfill, hold (as another app, all that is to be shipped of it), or edit {"quantity"}."""
        asked = given.body()
        with world.locked():
            world.of("orders", shop)[key]
            if action == "edit":
                return jsonify(orders.edit(world, shop, key, given.number(asked.get("quantity"), "quantity")))
            if action == "hold":
                found = fulfillment_orders.of_order(world, shop, key)
                return jsonify([fulfillment_holds.hold_by_another(world, shop, each["id"]) for each in found])
            if action in ("cancel", "fulfill"):
                try:
                    return jsonify({"cancel": orders.cancel, "fulfill": orders.fulfill}[action](world, shop, key))
                except orders.OnHold as error:
                    raise given.BadInput(str(error)) from None
        raise given.BadInput("an order can be edited, held, cancelled or fulfilled")


def _known(asked: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    unknown = set(asked) - set(names)
    if unknown:
        raise given.BadInput(f"there is no {sorted(unknown)} here, only {sorted(names)}")
    return asked
