"""Drafts: Shopify's edit-then-commit cycle on a contract. Nothing changes until the commit."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sandbox.shopify import contracts, cycles
from sandbox.shopify.connections import connection
from sandbox.shopify.contract_input import InputError
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.times import graphql_time, money
from sandbox.world.store import Row

EDITABLE = ("billing_policy", "delivery_policy", "delivery", "delivery_price", "payment_method_id", "note",
            "attributes", "next_billing_date", "status")  # fmt: skip


def open_on(ctx: Ctx, contract: Row) -> Row:
    """A draft of a contract as it is now. It remembers the revision: a commit on a newer one is stale."""
    values = {name: deepcopy(contract[name]) for name in EDITABLE}
    return _add(ctx, contract["id"], contract["revision_id"], contract["customer_id"], contract["currency"], values,
                deepcopy(contract["lines"]))  # fmt: skip


def open_new(ctx: Ctx, customer_id: int, currency: str, next_billing_date: str, values: Row) -> Row:
    """A draft of a contract that does not exist yet."""
    values = {"delivery": None, "delivery_price": "0.00", "payment_method_id": None, "note": None, "attributes": [],
              "status": "ACTIVE", **values, "next_billing_date": next_billing_date}  # fmt: skip
    return _add(ctx, None, None, customer_id, currency, values, [])


def _add(
    ctx: Ctx, contract_id: int | None, revision: int | None, customer_id: int, currency: str, values: Row,
    lines: list[Row],
) -> Row:  # fmt: skip
    return ctx.of("drafts").add(
        {
            "contract_id": contract_id,
            "revision": revision,
            "customer_id": customer_id,
            "currency": currency,
            "values": values,
            "lines": lines,
            "added": [],
            "removed": [],
            "committed": False,
        }
    )


def editable(ctx: Ctx, draft_id: str) -> Row:
    """The draft of a gid, if it is still open. Raises InputError."""
    row = ctx.of("drafts").get(gid_key("SubscriptionDraft", draft_id))
    if row is None:
        raise InputError("INVALID", ["draftId"], "Draft does not exist.")
    if row["committed"]:
        raise InputError("COMMITTED", ["draftId"], "Draft has already been committed.")
    return row


def line_of(draft: Row, line_id: str) -> Row:
    """The draft's line of a gid. Raises InputError."""
    key = gid_key("SubscriptionLine", line_id)
    if any(line["id"] == key for line in draft["removed"]):
        raise InputError("ALREADY_REMOVED", ["lineId"], "Line has already been removed.")
    found: Row | None = next((line for line in draft["lines"] if line["id"] == key), None)
    if found is None:
        raise InputError("INVALID", ["lineId"], "Line does not exist.")
    return found


def commit(ctx: Ctx, draft: Row) -> Row:
    """Make it true; returns the contract. Raises InputError: STALE_CONTRACT after a commit by someone else."""
    if not draft["lines"]:
        raise InputError("INVALID_LINES", ["draftId"], "A contract needs at least one line.")
    contract = _create(ctx, draft) if draft["contract_id"] is None else _change(ctx, draft)
    draft.update(committed=True, contract_id=contract["id"])
    ctx.of("drafts").put(draft)
    return contract


def _create(ctx: Ctx, draft: Row) -> Row:
    if not {"billing_policy", "delivery_policy"} <= set(draft["values"]):
        raise InputError("PRESENCE", ["draftId"], "Billing and delivery policy are required.")
    return contracts.create(
        ctx.world,
        ctx.shop,
        **draft["values"],
        customer_id=draft["customer_id"],
        currency=draft["currency"],
        first_expected_at=draft["values"]["next_billing_date"],
        lines=draft["lines"],
    )


def _change(ctx: Ctx, draft: Row) -> Row:
    contract = ctx.of("contracts")[draft["contract_id"]]
    if contract["revision_id"] != draft["revision"]:
        raise InputError("STALE_CONTRACT", ["draftId"], "Contract has changed since the draft was opened.")
    if contract["status"] in contracts.TERMINATED:
        raise InputError("INVALID", ["draftId"], "Contract is terminated.")
    if draft["values"]["billing_policy"] != contract["billing_policy"]:
        cycles.begin_era(ctx.world, ctx.shop, contract, draft["values"]["billing_policy"])
    return contracts.change(ctx.world, ctx.shop, contract, **draft["values"], lines=draft["lines"])


@query("subscriptionDraft")
@node("SubscriptionDraft")
def _draft(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("drafts").get(gid_key("SubscriptionDraft", id))
    return view(row) if row else None


def view(row: Row) -> View:
    """The SubscriptionDraft object."""
    values: dict[str, Any] = row["values"]
    policies: Row = {name: values[name] for name in ("billing_policy", "delivery_policy") if name in values}
    return {
        "__typename": "SubscriptionDraft",
        "id": gid("SubscriptionDraft", row["id"]),
        "status": values["status"],
        "note": values["note"],
        "currencyCode": row["currency"],
        "nextBillingDate": graphql_time(values["next_billing_date"]),
        "customAttributes": [{"__typename": "Attribute", **a} for a in values["attributes"]],
        "deliveryPrice": money(values["delivery_price"], row["currency"]),
        "billingCycle": None,
        **contracts.policy_views(policies),
        "deliveryMethod": contracts.delivery_method_view({**values, "id": row["id"]}),
        "customer": lambda ctx: contracts.customer_view(ctx, row),
        "customerPaymentMethod": lambda ctx, showRevoked=False: contracts.payment_method_view(
            ctx, values, showRevoked
        ),
        "originalContract": lambda ctx: _original(ctx, row),
        "lines": lambda ctx, **page: _lines(row, row["lines"], page),
        "linesAdded": lambda ctx, **page: _lines(row, [li for li in row["lines"] if li["id"] in row["added"]], page),
        "linesRemoved": lambda ctx, **page: _lines(row, row["removed"], page),
    }


def _lines(draft: Row, lines: list[Row], page: dict[str, Any]) -> View:
    return connection(lines, lambda line: contracts.line_view(line, draft), **page)


def _original(ctx: Ctx, row: Row) -> View | None:
    found = ctx.of("contracts").get(row["contract_id"]) if row["contract_id"] else None
    return contracts.view(found) if found else None
