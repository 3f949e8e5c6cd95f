"""Drafts: Shopify's way to change a contract. Open one, change it step by step, commit: nothing is true before.

Shopify docs, subscriptionContractUpdate and subscriptionDraftCommit, and for one billing cycle's own contents
subscriptionBillingCycleContractEdit and subscriptionBillingCycleContractDraftCommit (schema 2026-10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shopify_app.gateways.shopify import delivery_methods
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import UserError, UserErrors
from shopify_app.gateways.shopify.values import Node
from shopify_app.kit.db import Json

TRIES = 3
"""Somebody else's commit makes a draft stale; so often a fresh one is drawn."""


@dataclass(frozen=True)
class Step:
    """One mutation of a draft: the operation's name, its root field, its variables but for the draft's id.

    `check` looks at the payload and raises UserErrors when the draft should not be committed. `fit` makes the
    variables of the draft as it was opened, and raises UserErrors when they do not fit it.
    """

    operation: str
    root: str
    variables: dict[str, Any]
    check: Callable[[dict[str, Any]], None] | None = None
    fit: Callable[[Node], dict[str, Any]] | None = None


@dataclass(frozen=True)
class DraftLine:
    """An item of a draft that was just opened."""

    gid: str
    variant_gid: str | None
    quantity: int


def set_fields(**fields: Any) -> Step:
    """Return the step that sets fields of the contract itself (SubscriptionDraftInput)."""
    return Step("DraftUpdate", "subscriptionDraftUpdate", {"input": fields})


def set_address(address: Json) -> Step:
    """Return the step that sends it elsewhere, whether it is shipped or the shop delivers it itself.

    What is picked up has no address: whoever asked thought it had, and that is raised as STALE_CONTRACT.
    """

    def fit(draft: Node) -> dict[str, Any]:
        method = delivery_methods.readdressed(draft["deliveryMethod"], address)
        if method is None:
            raise UserErrors([UserError("STALE_CONTRACT", "It is not sent to an address any more.")])
        return {"input": {"deliveryMethod": method}}

    return replace(set_fields(), fit=fit)


def add_line(**fields: Any) -> Step:
    """Return the step that adds an item (SubscriptionLineInput)."""
    return Step("DraftLineAdd", "subscriptionDraftLineAdd", {"input": fields})


def update_line(line_gid: str, **fields: Any) -> Step:
    """Return the step that changes an item (SubscriptionLineUpdateInput)."""
    return Step("DraftLineUpdate", "subscriptionDraftLineUpdate", {"line": line_gid, "input": fields})


def remove_line(line_gid: str) -> Step:
    """Return the step that takes an item out."""
    return Step("DraftLineRemove", "subscriptionDraftLineRemove", {"line": line_gid})


def change(client: AdminClient, contract_gid: str, steps: Sequence[Step]) -> None:
    """Change a contract by one draft and one commit, so that nothing is half done.

    A draft that somebody else's commit made stale is drawn again, TRIES times in all. Raises UserErrors
    (SubscriptionDraftErrorCode), else ShopifyError; only an unanswered commit may have been carried out.
    """
    _while_stale(lambda: _once(client, contract_gid, steps))


def change_cycle(
    client: AdminClient, contract_gid: str, index: int, plan: Callable[[Sequence[DraftLine]], Sequence[Step] | None]
) -> None:
    """Change what one cycle's order holds, by one draft and one commit.

    `plan` makes the steps of the items in the draft, or returns None where they are not those it was made for: that
    is raised as STALE_CONTRACT, like a commit that came too late. Raises like `change`.
    """
    _while_stale(lambda: _cycle_once(client, contract_gid, index, plan))


def _while_stale(attempt: Callable[[], None]) -> None:
    for left in reversed(range(TRIES)):
        try:
            return attempt()
        except UserErrors as error:
            if "STALE_CONTRACT" not in error.codes or not left:
                raise


def _once(client: AdminClient, contract_gid: str, steps: Sequence[Step]) -> None:
    opened = client.mutate("DraftOpen", {"contract": contract_gid}, "subscriptionContractUpdate")
    _carry_out(client, opened["draft"], steps)
    client.mutate("DraftCommit", {"draft": opened["draft"]["id"]}, "subscriptionDraftCommit")


def _cycle_once(
    client: AdminClient, contract_gid: str, index: int, plan: Callable[[Sequence[DraftLine]], Sequence[Step] | None]
) -> None:
    root = "subscriptionBillingCycleContractEdit"
    draft = client.mutate("CycleDraftOpen", {"contract": contract_gid, "index": index}, root)["draft"]
    lines = [DraftLine(line["id"], line["variantId"], int(line["quantity"])) for line in draft["lines"]["nodes"]]
    steps = None if draft["lines"]["pageInfo"]["hasNextPage"] else plan(lines)
    if steps is None:
        raise UserErrors([UserError("STALE_CONTRACT", "The order holds other items than it was shown with.")])
    _carry_out(client, draft, steps)
    client.mutate("CycleDraftCommit", {"draft": draft["id"]}, "subscriptionBillingCycleContractDraftCommit")


def _carry_out(client: AdminClient, draft: Node, steps: Sequence[Step]) -> None:
    for step in steps:
        variables = step.fit(draft) if step.fit else step.variables
        payload = client.mutate(step.operation, {"draft": draft["id"]} | variables, step.root)
        if step.check:
            step.check(payload)
