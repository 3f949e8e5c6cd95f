"""What an app may do to its selling plan groups (schema 2026-10). Contracts keep their copies of the policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.shopify import selling_plans
from sandbox.shopify.registry import Ctx, View, gid, gid_key, mutation, user_errors
from sandbox.shopify.selling_plan_input import Refused, check_group, plan_values
from sandbox.world.store import Row


def payload(name: str, work: Callable[[], View], *nothing: str) -> View:
    """What ``work`` returns, or the user error it raised; ``nothing`` are the fields that are null then."""
    typename = name[0].upper() + name[1:] + "Payload"
    try:
        return {"__typename": typename, **work(), "userErrors": []}
    except Refused as error:
        errors = user_errors("SellingPlanGroupUserError", error.user_error)
        return {"__typename": typename, **dict.fromkeys(nothing), "userErrors": errors}


@mutation("sellingPlanGroupCreate")
def _create(ctx: Ctx, input: dict[str, Any], resources: dict[str, Any] | None = None) -> View:
    def work() -> View:
        if not (input.get("name") or "").strip():
            raise Refused("BLANK", ["input", "name"], "Name can't be blank")
        given = input.get("sellingPlansToCreate") or []
        plans = [plan_values(each, _path("sellingPlansToCreate", n)) for n, each in enumerate(given)]
        options = list(input.get("options") or [])
        check_group(plans, options, ["input", "sellingPlansToCreate"])
        asked = resources or {}
        variants = _variants(ctx, asked.get("productVariantIds") or [], ["resources", "productVariantIds"])
        products = _products(ctx, asked.get("productIds") or [], ["resources", "productIds"])
        values = _group_values(input)
        name = values.pop("name")
        own = {"variant_ids": variants, **values}
        row = selling_plans.create(ctx.world, ctx.shop, name, products, plans, silent=False, **own)
        return {"sellingPlanGroup": selling_plans.view(row)}

    return payload("sellingPlanGroupCreate", work, "sellingPlanGroup")


@mutation("sellingPlanGroupUpdate")
def _update(ctx: Ctx, id: str, input: dict[str, Any]) -> View:
    def work() -> View:
        row = _own(ctx, id)
        if "name" in input and not (input["name"] or "").strip():
            raise Refused("BLANK", ["input", "name"], "Name can't be blank")
        plans, gone = _changed_plans(row, input)
        options = list(input.get("options") or row.get("options", []))
        check_group(plans, options, ["input"])
        row["plans"] = [p if "id" in p else selling_plans.numbered(ctx.world, p, n) for n, p in enumerate(plans, 1)]
        row.update(_group_values(input))
        _save(ctx, row)
        return {"sellingPlanGroup": selling_plans.view(row), "deletedSellingPlanIds": gone}

    return payload("sellingPlanGroupUpdate", work, "sellingPlanGroup", "deletedSellingPlanIds")


@mutation("sellingPlanGroupDelete")
def _delete(ctx: Ctx, id: str) -> View:
    def work() -> View:
        row = _own(ctx, id)
        ctx.of("selling_plan_groups").delete(row["id"])
        selling_plans.tell(ctx.world, ctx.shop, "delete", row)
        return {"deletedSellingPlanGroupId": id}

    return payload("sellingPlanGroupDelete", work, "deletedSellingPlanGroupId")


@mutation("sellingPlanGroupAddProducts")
def _add_products(ctx: Ctx, id: str, productIds: list[str]) -> View:
    def work() -> View:
        row = _own(ctx, id)
        added = _products(ctx, productIds, ["productIds"])
        row["product_ids"] += [key for key in dict.fromkeys(added) if key not in row["product_ids"]]
        _save(ctx, row)
        return {"sellingPlanGroup": selling_plans.view(row)}

    return payload("sellingPlanGroupAddProducts", work, "sellingPlanGroup")


@mutation("sellingPlanGroupRemoveProducts")
def _remove_products(ctx: Ctx, id: str, productIds: list[str]) -> View:
    def work() -> View:
        row = _own(ctx, id)
        gone = [key for key in (gid_key("Product", each) for each in productIds) if key in row["product_ids"]]
        row["product_ids"] = [key for key in row["product_ids"] if key not in gone]
        _save(ctx, row)
        return {"removedProductIds": [gid("Product", key) for key in gone]}

    return payload("sellingPlanGroupRemoveProducts", work, "removedProductIds")


@mutation("sellingPlanGroupAddProductVariants")
def _add_variants(ctx: Ctx, id: str, productVariantIds: list[str]) -> View:
    def work() -> View:
        row = _own(ctx, id)
        added = _variants(ctx, productVariantIds, ["productVariantIds"])
        row["variant_ids"] = list(dict.fromkeys([*row.get("variant_ids", []), *added]))
        _save(ctx, row)
        return {"sellingPlanGroup": selling_plans.view(row)}

    return payload("sellingPlanGroupAddProductVariants", work, "sellingPlanGroup")


@mutation("sellingPlanGroupRemoveProductVariants")
def _remove_variants(ctx: Ctx, id: str, productVariantIds: list[str]) -> View:
    def work() -> View:
        row = _own(ctx, id)
        known = row.get("variant_ids", [])
        gone = [key for key in (gid_key("ProductVariant", each) for each in productVariantIds) if key in known]
        row["variant_ids"] = [key for key in known if key not in gone]
        _save(ctx, row)
        return {"removedProductVariantIds": [gid("ProductVariant", key) for key in gone]}

    return payload("sellingPlanGroupRemoveProductVariants", work, "removedProductVariantIds")


def _own(ctx: Ctx, id: str) -> Row:
    row = ctx.of("selling_plan_groups").get(gid_key("SellingPlanGroup", id))
    if row is None or selling_plans.is_others(row):
        raise Refused("GROUP_DOES_NOT_EXIST", ["id"], "Selling plan group does not exist.")
    return row


def _save(ctx: Ctx, row: Row) -> None:
    ctx.of("selling_plan_groups").put(row)
    selling_plans.tell(ctx.world, ctx.shop, "update", row)


def _path(name: str, number: int) -> list[str]:
    return ["input", name, str(number)]


def _group_values(given: dict[str, Any]) -> Row:
    names = {
        "name": "name",
        "merchantCode": "merchant_code",
        "description": "description",
        "options": "options",
        "position": "position",
        "appId": "app_id",
    }
    return {row: given[name] for name, row in names.items() if given.get(name) is not None}


def _products(ctx: Ctx, ids: list[str], field: list[str]) -> list[int]:
    return _known(ctx, "Product", ids, field, "Product does not exist.")


def _variants(ctx: Ctx, ids: list[str], field: list[str]) -> list[int]:
    return _known(ctx, "ProductVariant", ids, field, "Product variant does not exist.")


def _known(ctx: Ctx, kind: str, ids: list[str], field: list[str], words: str) -> list[int]:
    table, code = {
        "Product": ("products", "PRODUCT_DOES_NOT_EXIST"),
        "ProductVariant": ("variants", "PRODUCT_VARIANT_DOES_NOT_EXIST"),
    }[kind]
    keys = [gid_key(kind, each) for each in ids]
    for number, key in enumerate(keys):
        if key not in ctx.of(table):
            raise Refused(code, [*field, str(number)], words)
    return [int(key) for key in keys]


def _changed_plans(row: Row, given: dict[str, Any]) -> tuple[list[Row], list[str]]:
    """The plans as they are to be, and the gids of those that go. Changes nothing yet. Raises Refused."""
    known = {gid("SellingPlan", plan["id"]): plan for plan in row["plans"]}
    gone = list(given.get("sellingPlansToDelete") or [])
    if not set(gone) <= set(known):
        code = "RESOURCE_LIST_CONTAINS_INVALID_IDS"
        raise Refused(code, ["input", "sellingPlansToDelete"], "The list contains 1 or more invalid IDs.")
    changed = {}
    for number, each in enumerate(given.get("sellingPlansToUpdate") or []):
        path = _path("sellingPlansToUpdate", number)
        if not each.get("id"):
            raise Refused("PLAN_ID_MUST_BE_SPECIFIED_TO_UPDATE", path, "Selling plan ID must be specified to update.")
        if each["id"] not in known:
            raise Refused("PLAN_DOES_NOT_EXIST", [*path, "id"], "Selling plan does not exist.")
        changed[each["id"]] = plan_values(each, path, _whole(known[each["id"]]))
    new = [
        plan_values(each, _path("sellingPlansToCreate", n))
        for n, each in enumerate(given.get("sellingPlansToCreate") or [])
    ]
    kept = [changed.get(key, plan) for key, plan in known.items() if key not in gone]
    return kept + new, gone


def _whole(plan: Row) -> Row:
    """A seed's plan may leave out the delivery rhythm that is its billing rhythm."""
    rhythm = {"delivery_interval": plan["interval"], "delivery_count": plan["interval_count"], "anchors": []}
    return {**rhythm, "delivery_anchors": plan.get("anchors", []), **plan}
