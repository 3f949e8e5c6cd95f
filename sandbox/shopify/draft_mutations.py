"""The draft mutations, and the product change that needs no draft (schema 2026-10)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.shopify import contracts, cycles, drafts
from sandbox.shopify.contract_input import InputError, draft_values, line_extras, line_values
from sandbox.shopify.registry import Ctx, View, gid_key, mutation, user_errors
from sandbox.world.store import Row


def payload(name: str, work: Callable[[], View], *nothing: str) -> View:
    """What ``work`` returns, or the user error it raised; ``nothing`` are the fields that are null then."""
    typename = name[0].upper() + name[1:] + "Payload"
    try:
        return {"__typename": typename, **work(), "userErrors": []}
    except InputError as error:
        errors = user_errors("SubscriptionDraftUserError", error.user_error)
        return {"__typename": typename, **dict.fromkeys(nothing), "userErrors": errors}


@mutation("subscriptionContractUpdate")
def _update(ctx: Ctx, contractId: str, actor: str | None = None) -> View:
    def work() -> View:
        return {"draft": drafts.view(drafts.open_on(ctx, _live(ctx, contractId)))}

    return payload("subscriptionContractUpdate", work, "draft")


@mutation("subscriptionContractCreate")
def _create(ctx: Ctx, input: dict[str, Any]) -> View:
    def work() -> View:
        customer = gid_key("Customer", input["customerId"])
        if customer not in ctx.of("customers"):
            raise InputError("CUSTOMER_DOES_NOT_EXIST", ["input", "customerId"], "Customer does not exist.")
        if input["currencyCode"] not in ctx.shop_row["currencies"]:
            raise InputError("CURRENCY_NOT_ENABLED", ["input", "currencyCode"], "Currency is not enabled.")
        values = draft_values(ctx, input["contract"], int(customer))
        row = drafts.open_new(ctx, int(customer), input["currencyCode"], input["nextBillingDate"], values)
        return {"draft": drafts.view(row)}

    return payload("subscriptionContractCreate", work, "draft")


@mutation("subscriptionDraftUpdate")
def _draft_update(ctx: Ctx, draftId: str, input: dict[str, Any]) -> View:
    def work() -> View:
        row = drafts.editable(ctx, draftId)
        drafts.refuse_policies(row, input)
        row["values"].update(draft_values(ctx, input, row["customer_id"], row["values"].get("delivery")))
        return {"draft": save(ctx, row)}

    return payload("subscriptionDraftUpdate", work, "draft")


@mutation("subscriptionDraftLineAdd")
def _line_add(ctx: Ctx, draftId: str, input: dict[str, Any]) -> View:
    def work() -> View:
        row = drafts.editable(ctx, draftId)
        line = line_values(ctx, input)
        row["lines"].append(line)
        row["added"].append(line["id"])
        return {"draft": save(ctx, row), "lineAdded": contracts.line_view(line, row)}

    return payload("subscriptionDraftLineAdd", work, "draft", "lineAdded")


@mutation("subscriptionDraftLineUpdate")
def _line_update(ctx: Ctx, draftId: str, lineId: str, input: dict[str, Any]) -> View:
    def work() -> View:
        row = drafts.editable(ctx, draftId)
        line = drafts.line_of(row, lineId)
        line.update(_line_changes(ctx, line, input))
        return {"draft": save(ctx, row), "lineUpdated": contracts.line_view(line, row)}

    return payload("subscriptionDraftLineUpdate", work, "draft", "lineUpdated")


@mutation("subscriptionDraftLineRemove")
def _line_remove(ctx: Ctx, draftId: str, lineId: str) -> View:
    def work() -> View:
        row = drafts.editable(ctx, draftId)
        line = drafts.line_of(row, lineId)
        row["lines"].remove(line)
        row["removed"].append(line)
        return {"draft": save(ctx, row), "lineRemoved": contracts.line_view(line, row), "discountsUpdated": []}

    return payload("subscriptionDraftLineRemove", work, "draft", "lineRemoved", "discountsUpdated")


@mutation("subscriptionDraftCommit")
def _commit(ctx: Ctx, draftId: str) -> View:
    def work() -> View:
        return {"contract": contracts.view(drafts.commit(ctx, drafts.editable(ctx, draftId)))}

    return payload("subscriptionDraftCommit", work, "contract")


@mutation("subscriptionContractProductChange")
def _product_change(
    ctx: Ctx, subscriptionContractId: str, lineId: str, input: dict[str, Any], actor: str | None = None
) -> View:
    """Swap a line's variant or price in one call; the quantity stays."""

    def work() -> View:
        row = drafts.open_on(ctx, _live(ctx, subscriptionContractId))
        line = drafts.line_of(row, lineId)
        line.update(_line_changes(ctx, line, input))
        contract = drafts.commit(ctx, row)
        return {"contract": contracts.view(contract), "lineUpdated": contracts.line_view(line, contract)}

    return payload("subscriptionContractProductChange", work, "contract", "lineUpdated")


def _live(ctx: Ctx, contract_id: str) -> Row:
    row = cycles.contract_of(ctx, contract_id)
    if row is None or row["status"] in contracts.TERMINATED:
        text = "Subscription contract does not exist." if row is None else "Contract is terminated."
        raise InputError("INVALID", ["contractId"], text)
    drafts.refuse_future_edits(ctx, row)
    return row


def _line_changes(ctx: Ctx, line: Row, given: dict[str, Any]) -> Row:
    """What a SubscriptionLineUpdateInput changes. Another variant brings its own titles and sku, not its price."""
    changes = line_extras(given)
    if given.get("productVariantId"):
        quantity, price = given.get("quantity") or line["quantity"], given.get("currentPrice") or line["price"]
        asked = {"productVariantId": given["productVariantId"], "quantity": quantity, "currentPrice": price}
        copied = ("variant_id", "product_id", "title", "variant_title", "sku")
        changes.update({name: value for name, value in line_values(ctx, asked).items() if name in copied})
    if given.get("quantity") is not None:
        if given["quantity"] < 1:
            raise InputError("GREATER_THAN_OR_EQUAL_TO", ["input", "quantity"], "Quantity must be at least 1.")
        changes["quantity"] = given["quantity"]
    if given.get("currentPrice") is not None:
        if Decimal(given["currentPrice"]) < 0:
            raise InputError("GREATER_THAN_OR_EQUAL_TO", ["input", "currentPrice"], "Price must not be negative.")
        changes["price"] = given["currentPrice"]
    return changes


def save(ctx: Ctx, row: Row) -> View:
    """Keep what was done to a draft; the SubscriptionDraft as it is now."""
    ctx.of("drafts").put(row)
    return drafts.view(row)
