"""Drafts: Shopify's edit-then-commit cycle on a contract. Nothing changes until the commit."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sandbox.shopify import contracts, cycles, delivery_options, delivery_view, discount_codes, discounts
from sandbox.shopify.connections import connection
from sandbox.shopify.contract_input import InputError
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.times import graphql_time, money
from sandbox.world.store import Row

EDITABLE = ("billing_policy", "delivery_policy", "delivery", "delivery_price", "payment_method_id", "note",
            "attributes", "discounts", "next_billing_date", "status")  # fmt: skip

CONTENTS = (
    "delivery",
    "delivery_price",
    "payment_method_id",
    "note",
    "attributes",
    "discounts",
)  # what one cycle may have its own of


def open_on(ctx: Ctx, contract: Row, cycle_index: int | None = None) -> Row:
    """A draft of a contract as it is now, or as one cycle bills it. It remembers what it was drawn from: a commit
    after someone else's is stale."""
    source = contract if cycle_index is None else cycles.contents(contract, cycle_index)
    values = {name: deepcopy(source[name]) for name in EDITABLE}
    row = _add(ctx, contract["id"], contract["revision_id"], contract["customer_id"], contract["currency"], values,
               deepcopy(source["lines"]))  # fmt: skip
    row.update(cycle_index=cycle_index, edit=_edit_number(contract, cycle_index))
    return row


def open_new(ctx: Ctx, customer_id: int, currency: str, next_billing_date: str, values: Row) -> Row:
    """A draft of a contract that does not exist yet."""
    values = {"delivery": None, "delivery_price": "0.00", "payment_method_id": None, "note": None, "attributes": [],
              "discounts": [], "status": "ACTIVE", **values, "next_billing_date": next_billing_date}  # fmt: skip
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
            "codes_applied": [],  # ids of discounts that came as codes to this draft
            "discounts_added": [],
            "discounts_removed": [],
            "committed": False,
            "cycle_index": None,
            "edit": None,  # which edit of the cycle it was drawn from
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
    if draft["cycle_index"] is not None:
        raise InputError("BILLING_CYCLE_PRESENT", ["draftId"], "Cannot commit a billing cycle contract draft with "
                         "this mutation. Please use SubscriptionBillingCycleContractDraftCommit.")  # fmt: skip
    if not draft["lines"]:
        raise InputError("INVALID_LINES", ["draftId"], "A contract needs at least one line.")
    if draft["contract_id"] is not None:
        refuse_future_edits(ctx, _unchanged(ctx, draft))
    _settle_discounts(ctx, draft)
    contract = _create(ctx, draft) if draft["contract_id"] is None else _change(ctx, draft)
    draft.update(committed=True, contract_id=contract["id"])
    ctx.of("drafts").put(draft)
    return contract


def commit_cycle(ctx: Ctx, draft: Row) -> Row:
    """Keep a draft as the contents of its cycle; returns the contract. Raises InputError."""
    if draft["cycle_index"] is None:
        raise InputError("BILLING_CYCLE_ABSENT", ["draftId"], "Cannot commit a contract draft with this mutation. "
                         "Please use SubscriptionDraftCommit.")  # fmt: skip
    if not draft["lines"]:
        raise InputError("INVALID_LINES", ["draftId"], "A contract needs at least one line.")
    contract, index, at = _unchanged(ctx, draft), draft["cycle_index"], ctx.world.now().isoformat()
    _settle_discounts(ctx, draft)
    known = cycles.edit_of(contract, index) or {"created_at": at}
    contents = {name: draft["values"][name] for name in CONTENTS}
    stamps = {"created_at": known["created_at"], "updated_at": at, "edit_number": draft["edit"] + 1}
    cycles.override(ctx.world, ctx.shop, contract, index, contents={**contents, "lines": draft["lines"], **stamps})
    draft["committed"] = True
    ctx.of("drafts").put(draft)
    return contract


def _settle_discounts(ctx: Ctx, draft: Row) -> None:
    """What was rejected is left out without a word (doubt: the commit may as well be refused)."""
    draft["values"]["discounts"] = kept = [row for row in discounts.of(draft) if not row["rejection"]]
    for row in kept:
        if row["id"] in draft["codes_applied"]:
            discount_codes.note_use(ctx.world, ctx.shop, row["code"])


def refuse_policies(draft: Row, given: dict[str, Any]) -> None:
    """A cycle's draft takes no policies. Raises InputError."""
    if draft["cycle_index"] is None:
        return
    for name, code in (("billingPolicy", "BILLING"), ("deliveryPolicy", "DELIVERY")):
        if given.get(name):
            text = f"{code.capitalize()} policy cannot be updated for billing cycle contract drafts."
            raise InputError(f"BILLING_CYCLE_CONTRACT_DRAFT_{code}_POLICY_INVALID", ["input", name], text)


def refuse_future_edits(ctx: Ctx, contract: Row) -> None:
    """A contract is not edited while a cycle has contents of its own; whether Shopify says so when the draft is
    opened or when it is committed is not documented (doubt): here both. Raises InputError."""
    ahead = cycles.edited_ahead(ctx.world, ctx.shop, contract)
    if any(cycles.edit_of(contract, cycle["index"]) for cycle in ahead):
        raise InputError("HAS_FUTURE_EDITS", ["contractId"], "Cannot update a subscription contract with a current "
                         "or upcoming billing cycle contract edit.")  # fmt: skip


def _edit_number(contract: Row, cycle_index: int | None) -> int | None:
    if cycle_index is None:
        return None
    return int((cycles.edit_of(contract, cycle_index) or {"edit_number": 0})["edit_number"])


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


def _unchanged(ctx: Ctx, draft: Row) -> Row:
    """The draft's contract, if it is still what the draft was drawn from. Raises InputError."""
    contract = ctx.of("contracts")[draft["contract_id"]]
    if (contract["revision_id"], _edit_number(contract, draft["cycle_index"])) != (draft["revision"], draft["edit"]):
        raise InputError("STALE_CONTRACT", ["draftId"], "Contract has changed since the draft was opened.")
    if contract["status"] in contracts.TERMINATED:
        raise InputError("INVALID", ["draftId"], "Contract is terminated.")
    return contract


def _change(ctx: Ctx, draft: Row) -> Row:
    contract = ctx.of("contracts")[draft["contract_id"]]
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
        "billingCycle": lambda ctx: _cycle(ctx, row),
        **contracts.policy_views(policies),
        "deliveryMethod": delivery_view.view({**values, "id": row["id"]}),
        "customer": lambda ctx: contracts.customer_view(ctx, row),
        "customerPaymentMethod": lambda ctx, showRevoked=False: contracts.payment_method_view(
            ctx, values, showRevoked
        ),
        "originalContract": lambda ctx: _original(ctx, row),
        "lines": lambda ctx, **page: _lines(row, row["lines"], page),
        "linesAdded": lambda ctx, **page: _lines(row, [li for li in row["lines"] if li["id"] in row["added"]], page),
        "discounts": discounts.listed(discounts.of(row), row),
        "discountsAdded": discounts.listed([d for d in discounts.of(row) if d["id"] in row["discounts_added"]], row),
        "discountsRemoved": discounts.listed(row["discounts_removed"], row),
        "discountsUpdated": discounts.listed([], row),
        "deliveryOptions": lambda ctx, deliveryAddress=None: delivery_options.resolve(ctx, row, deliveryAddress),
        "linesRemoved": lambda ctx, **page: _lines(row, row["removed"], page),
    }


def _lines(draft: Row, lines: list[Row], page: dict[str, Any]) -> View:
    return connection(lines, lambda line: contracts.line_view(line, draft), **page)


def _cycle(ctx: Ctx, draft: Row) -> View | None:
    if draft["cycle_index"] is None:
        return None
    contract = ctx.of("contracts")[draft["contract_id"]]
    found = cycles.cycle(ctx.world, ctx.shop, contract, draft["cycle_index"])
    return cycles.view(contract, found) if found else None


def _original(ctx: Ctx, row: Row) -> View | None:
    found = ctx.of("contracts").get(row["contract_id"]) if row["contract_id"] else None
    return contracts.view(found) if found else None
