"""One product in the admin, with *Purchase options*: the app's action on it runs in a frame without an origin.

What Shopify gives the action (`shopify`, a `fetch` that leads to the app with an id token) goes over messages
(`static/admin/action.js` inside the frame, `static/admin/product.js` around it).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.faces import bundles
from sandbox.faces.admin import language, page, shop_of
from sandbox.shopify import selling_plans
from sandbox.shopify.registry import gid
from sandbox.world import World

TARGET = "admin.product-purchase-option.action.render"
OF_VARIANT = "admin.product-variant-purchase-option.action.render"


def add_product(blueprint: Blueprint, world: World) -> None:
    """Serve ``/store/<handle>/products/<number>`` and the action's frame and bundle."""

    @blueprint.get("/store/<handle>/products/<int:number>")
    def admin_product(handle: str, number: int) -> str:
        shop = shop_of(world, handle)
        with world.locked():
            product = world.of("products", shop["id"]).get(number) or abort(404, "no such product")
            variants = [
                {**row, "gid": gid("ProductVariant", row["id"]), "options": _own(world, shop["id"], row)}
                for row in world.of("variants", shop["id"])
                if row["product_id"] == number
            ]
            groups = [row for row in world.of("selling_plan_groups", shop["id"]) if number in row["product_ids"]]
            options = [
                {"name": group["name"], "is_ours": not selling_plans.is_others(group), "plans": _plans(group)}
                for group in groups
            ]
        return page(
            "admin/product.html", world, shop, here="products", product=product, variants=variants, options=options,
            gid=gid("Product", number), target=TARGET,
        )  # fmt: skip

    @blueprint.get("/store/<handle>/_action")
    def admin_action(handle: str) -> str:
        """The action's own document. ``?product=`` (a product or one variant) and ``?plan=`` are what it is given."""
        shop_of(world, handle)
        selected = {"id": request.args.get("product", "")}
        if request.args.get("plan"):
            selected["sellingPlanId"] = request.args["plan"]
        target = OF_VARIANT if "/ProductVariant/" in selected["id"] else TARGET
        words = bundles.words(language(), bundles.of_target(target).folder)
        given = {"target": target, "language": language(), "words": words, "data": {"selected": [selected]}}
        return render_template("admin/action.html", given=given)

    @blueprint.get("/store/<handle>/themes/current/editor")
    def admin_theme_editor(handle: str) -> AnyResponse:
        """There is no editor here: the shop itself, in which the block stands on every product page."""
        shop_of(world, handle)
        return redirect(f"/shop/{handle}")

    @blueprint.get("/store/_bundle/action.js")
    def admin_bundle() -> Response:
        body = bundles.script(TARGET, world.config.url)
        return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def _own(world: World, shop: str, variant: dict[str, Any]) -> list[str]:
    """The groups that a variant is sold with by itself."""
    groups = world.of("selling_plan_groups", shop)
    return [group["name"] for group in groups if variant["id"] in group.get("variant_ids", [])]


def _plans(group: dict[str, Any]) -> list[dict[str, str]]:
    return [{"gid": gid("SellingPlan", plan["id"]), "name": plan["name"]} for plan in group["plans"]]
