"""The contents of one cycle: a contract edited for one billing only (schema 2026-10).

``subscriptionBillingCycleContractEdit`` opens a draft, the usual draft mutations change it, and a commit of its own
keeps the result with the cycle. The charge, the order and the stock it takes then follow the edited contract; every
other cycle follows the contract itself, which takes no edits while a coming cycle has one (HAS_FUTURE_EDITS).

Unverified (see "Doubts" in sandbox/README.md): lines keep the ids they have on the contract; the webhook says nothing
of the contents (``contract_edit`` is null); a past or billed cycle takes no edit (INVALID).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.shopify import contracts, cycle_mutations, cycles, drafts
from sandbox.shopify.connections import connection
from sandbox.shopify.contract_input import InputError
from sandbox.shopify.draft_mutations import payload
from sandbox.shopify.registry import Ctx, View, mutation, user_errors
from sandbox.world.store import Row

# The fields of a contract that SubscriptionBillingCycleEditedContract does not have.
_NOT_EDITED = ("id", "status", "revisionId", "nextBillingDate", "billingPolicy", "deliveryPolicy", "originOrder",
               "lastPaymentStatus", "lastBillingAttemptErrorType", "billingAttempts")  # fmt: skip


@mutation("subscriptionBillingCycleContractEdit")
def _edit(ctx: Ctx, billingCycleInput: dict[str, Any], actor: str | None = None) -> View:
    def work() -> View:
        contract, cycle = _editable(ctx, billingCycleInput)
        return {"draft": drafts.view(drafts.open_on(ctx, contract, cycle["index"]))}

    return payload("subscriptionBillingCycleContractEdit", work, "draft")


@mutation("subscriptionBillingCycleContractDraftCommit")
def _commit(ctx: Ctx, draftId: str) -> View:
    def work() -> View:
        draft = drafts.editable(ctx, draftId)
        contract, index = ctx.of("contracts").get(draft["contract_id"] or 0), draft["cycle_index"]
        known = contract is not None and cycles.is_edited(contract, index)
        contract = drafts.commit_cycle(ctx, draft)
        cycle_mutations.tell_edit(ctx.world, ctx.shop, contract, index, new=not known)
        return {"contract": view(contract, index)}

    return payload("subscriptionBillingCycleContractDraftCommit", work, "contract")


@mutation("subscriptionBillingCycleEditsDelete")
def _delete_all(ctx: Ctx, contractId: str, targetSelection: str) -> View:
    """Undo every edit of the current and the coming cycles."""
    contract = cycles.contract_of(ctx, contractId)
    edited = cycles.edited_ahead(ctx.world, ctx.shop, contract) if contract else []
    name = "SubscriptionBillingCycleEditsDeletePayload"
    if contract is None or not edited:
        code = "NO_CYCLE_EDITS" if contract else "CYCLE_NOT_FOUND"
        errors = user_errors("SubscriptionBillingCycleUserError", (code, ["contractId"], cycle_mutations.WORDS[code]))
        return {"__typename": name, "billingCycles": None, "userErrors": errors}
    views = [cycle_mutations.delete_edits(ctx, contract, cycle["index"]) for cycle in edited]
    return {"__typename": name, "billingCycles": views, "userErrors": []}


def _editable(ctx: Ctx, given: dict[str, Any]) -> tuple[Row, Row]:
    contract = cycles.contract_of(ctx, given["contractId"])
    if contract is None or contract["status"] in contracts.TERMINATED:
        text = "Contract is terminated." if contract else "Subscription contract does not exist."
        raise InputError("INVALID", ["billingCycleInput", "contractId"], text)
    cycle, error = cycles.select(ctx, contract, given["selector"])
    if cycle is None:
        # the draft codes have one of their own for a selector that names two things, or none
        code = "CYCLE_SELECTOR_VALIDATE_ONE_OF" if error == "INVALID" else error
        raise InputError(
            code or "INVALID", ["billingCycleInput", "selector"], "The selector selects no billing cycle."
        )
    if cycle["billed"] or datetime.fromisoformat(cycle["expected_at"]) < ctx.world.now():
        raise InputError("INVALID", ["billingCycleInput"], "The billing cycle is over.")
    return contract, cycle


def view(contract: Row, index: int) -> View:
    """The SubscriptionBillingCycleEditedContract of a cycle that has one."""
    edited = cycles.contents(contract, index)
    fields = {name: value for name, value in contracts.view(edited).items() if name not in _NOT_EDITED}
    return {
        **fields,
        "__typename": "SubscriptionBillingCycleEditedContract",
        "billingCycles": lambda ctx, sortKey="CYCLE_INDEX", **page: _cycles(ctx, contract, index, page),
    }


def _cycles(ctx: Ctx, contract: Row, index: int, page: dict[str, Any]) -> View:
    row = cycles.cycle(ctx.world, ctx.shop, contract, index)
    return connection([row], lambda one: cycles.view(contract, one), key=lambda one: one["index"], **page)
