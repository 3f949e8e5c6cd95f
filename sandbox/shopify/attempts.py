"""Billing attempts: asked for now, decided later, told by webhook.

Shopify is asynchronous: the first answer is pending, and the outcome arrives by webhook or by asking again.
The idempotency key names the attempt: the same key returns the original, even a failed one.
"""

from __future__ import annotations

import time
from typing import Any

from sandbox.shopify import contracts, cycles, discounts, orders, payloads, payment_methods, stock
from sandbox.shopify.attempt_codes import GENERAL, INVENTORY, PAYMENT, error_type
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.search import ORDERS, instant, matching
from sandbox.shopify.times import graphql_time
from sandbox.world import World
from sandbox.world.store import Row

FILTERS = {
    "id": lambda row: row["id"],
    "created_at": instant("created_at"),
    "completed_at": instant("completed_at"),
    "error_code": lambda row: row["code"],
    "error_message": lambda row: row["message"],
}


def begin(world: World, shop: str, contract: Row, cycle_index: int, key: str, **values: Any) -> Row:
    """A new, pending attempt. Keywords: origin_time, inventory_policy, payment_policy, foreign, on_cycle (False: the
    contract lists it, the cycle it pays for does not)."""
    delay = world.faults["settle"]["delay_ms"] / 1000
    row = world.of("attempts", shop).add(
        {
            "contract_id": contract["id"],
            "cycle_index": cycle_index,
            "key": key,
            "created_at": world.now().isoformat(),
            "completed_at": None,
            "origin_time": None,
            "inventory_policy": "PRODUCT_VARIANT_INVENTORY_POLICY",
            "payment_policy": "FAIL_UNLESS_VALID_PAYMENT_METHOD",
            "foreign": False,
            "on_cycle": True,
            "contract_status": contract["status"],
            "uninstalled": not world.is_installed(shop),
            "state": "pending",
            "code": None,
            "message": None,
            "missing": [],
            "order_id": None,
            "next_action_url": None,
            "settle_at": time.time() + delay,
            **values,
        }
    )
    _index(world, shop).setdefault(contract["id"], {})[row["id"]] = row
    _flying(world, shop)[row["id"]] = row
    return row


def of_contract(world: World, shop: str, contract_id: int) -> list[Row]:
    """The contract's attempts, oldest first."""
    return list(_index(world, shop).get(contract_id, {}).values())


def of_cycle(world: World, shop: str, contract_id: int, index: int) -> list[Row]:
    """The attempts that a cycle lists, oldest first."""
    rows = of_contract(world, shop, contract_id)
    return [row for row in rows if row["cycle_index"] == index and row.get("on_cycle", True)]


def pending(world: World, shop: str) -> list[Row]:
    """What is still in flight."""
    return list(_flying(world, shop).values())


def _index(world: World, shop: str) -> dict[int, dict[int, Row]]:
    """Attempts by contract, so that a big world stays quick."""
    key = ("attempts", shop)
    if key not in world.caches:
        found: dict[int, dict[int, Row]] = {}
        for row in world.of("attempts", shop):
            found.setdefault(row["contract_id"], {})[row["id"]] = row
        world.caches[key] = found
    return world.caches[key]  # type: ignore[no-any-return]


def _flying(world: World, shop: str) -> dict[int, Row]:
    key = ("flying", shop)
    if key not in world.caches:
        world.caches[key] = {r["id"]: r for r in world.of("attempts", shop) if r["state"] == "pending"}
    return world.caches[key]  # type: ignore[no-any-return]


def settle(world: World, shop: str, row: Row, outcome: str | None = None) -> Row:
    """Decide a pending attempt. ``outcome`` overrules knobs and circumstances: settle, challenged or a code."""
    contract = world.of("contracts", shop)[row["contract_id"]]
    outcome = outcome or _outcome(world, shop, contract, row)
    row["completed_at"] = world.now().isoformat()
    if outcome == "settle":
        _succeed(world, shop, contract, row)
    elif outcome == "challenged":
        _challenge(world, shop, row)
    else:
        _fail(world, shop, contract, row, outcome)
    world.of("attempts", shop).put(row)
    _flying(world, shop).pop(row["id"], None)
    return row


def _outcome(world: World, shop: str, contract: Row, row: Row) -> str:
    """What happens to this payment: missing stock first, then the knob, then the state of the method."""
    if contract["customer_id"] not in world.of("customers", shop):
        return "CUSTOMER_NOT_FOUND"
    contract = cycles.contents(contract, row["cycle_index"])
    row["missing"] = _missing(world, shop, contract) if row["inventory_policy"] != "ALLOW_OVERSELLING" else []
    if row["missing"]:
        return "INSUFFICIENT_INVENTORY"
    if row["payment_policy"] == "SKIP_PAYMENT_AND_CREATE_UNPAID_ORDER":
        return "settle"
    method = world.of("payment_methods", shop).get(contract["payment_method_id"] or "")
    if method is None or method["revoked_at"]:
        return "PAYMENT_METHOD_NOT_FOUND"
    knob = world.faults["outcomes"].get(method["id"]) or world.faults["outcomes"].get("*")
    if knob:
        return str(knob)
    return "EXPIRED_CARD" if payment_methods.is_expired(world, method) else "settle"


def _missing(world: World, shop: str, contract: Row) -> list[int]:
    """Variants that the shelf cannot serve and that may not be oversold."""
    found = []
    for line in contract["lines"]:
        variant = world.of("variants", shop).get(line["variant_id"])
        if variant is None or variant["inventory_policy"] == "CONTINUE":
            continue
        if stock.available(world, shop, variant["inventory_item_id"]) < line["quantity"]:
            found.append(variant["id"])
    return found


def _succeed(world: World, shop: str, contract: Row, row: Row) -> None:
    paid = row["payment_policy"] != "SKIP_PAYMENT_AND_CREATE_UNPAID_ORDER"
    cycle = cycles.cycle(world, shop, contract, row["cycle_index"])
    assert cycle
    billed = cycles.contents(contract, row["cycle_index"])
    order = orders.place(world, shop, billed, source=orders.RENEWAL_SOURCE, paid=paid)
    amount = orders.total(billed)
    discounts.note_use(contract, billed)
    row.update(state="success", next_action_url=None, order_id=order["id"], code=None, message=None)
    if paid:
        world.ledger.capture(
            shop,
            contract_id=contract["id"],
            cycle_index=row["cycle_index"],
            attempt_id=row["id"],
            key=row["key"],
            amount=amount,
            currency=contract["currency"],
            at=world.now().isoformat(),
            order_id=order["id"],
            expected_at=cycle["expected_at"],
            skipped=cycle["skipped"],
            # judged as it was when Shopify accepted the attempt: a pause while it is in flight is no one's fault
            status=row["contract_status"],
            uninstalled=row["uninstalled"],
            foreign=row["foreign"],
            replaced_by=cycle["replaced_by"],
        )
    if row.get("on_cycle", True):
        cycles.override(world, shop, contract, row["cycle_index"], billed=True)
    if not world.faults.harder("next_billing_date_stays"):
        following = cycles.cycle(world, shop, contract, row["cycle_index"] + 1)
        contract["next_billing_date"] = following["expected_at"] if following else None
    _tell(world, shop, contract, row, "success", last_payment_status="SUCCEEDED", last_error_type=None)


def _fail(world: World, shop: str, contract: Row, row: Row, code: str) -> None:
    row.update(state="failed", next_action_url=None, code=code, message=code.replace("_", " ").capitalize() + ".")
    _tell(world, shop, contract, row, "failure", last_payment_status="FAILED", last_error_type=error_type(code))


def _challenge(world: World, shop: str, row: Row) -> None:
    """3-D Secure: the shopper must act, on a page that ``control/challenge.py`` plays."""
    url = f"{world.origin}/_control/challenge/{shop}/{row['id']}"
    row.update(state="action_required", next_action_url=url, code=None, message=None)
    world.emit(shop, "subscription_billing_attempts/challenged", _body(world, row))


def _tell(world: World, shop: str, contract: Row, row: Row, event: str, **values: Any) -> None:
    """The outcome's webhook. That the contract's updatedAt moves with it is not documented (doubt); its payment
    status certainly changes, so it is a new revision here, and the update webhook follows."""
    world.emit(shop, f"subscription_billing_attempts/{event}", _body(world, row))
    contracts.change(world, shop, contract, **values)


def _body(world: World, row: Row) -> dict[str, Any]:
    return payloads.attempt(row, without_id=world.faults.harder("attempt_payload_without_id"))


@query("subscriptionBillingAttempt")
@node("SubscriptionBillingAttempt")
def _attempt(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("attempts").get(gid_key("SubscriptionBillingAttempt", id))
    return view(row) if row else None


@query("subscriptionBillingAttempts")
def _attempts(ctx: Ctx, query: str | None = None, sortKey: str = "CREATED_AT", **page: Any) -> View:
    return connection(matching(ctx.of("attempts").all(), query, FILTERS), view, order=ORDERS[sortKey], **page)


def view(row: Row) -> View:
    """The SubscriptionBillingAttempt object: the ``state`` union and the deprecated fields it replaces."""
    return {
        "__typename": "SubscriptionBillingAttempt",
        "id": gid("SubscriptionBillingAttempt", row["id"]),
        "idempotencyKey": row["key"],
        "createdAt": graphql_time(row["created_at"]),
        "completedAt": graphql_time(row["completed_at"]),
        "originTime": graphql_time(row["origin_time"]),
        "paymentGroupId": None,
        "paymentSessionId": None,
        "respectInventoryPolicy": row["inventory_policy"] != "ALLOW_OVERSELLING",
        "ready": row["state"] != "pending",
        "errorCode": row["code"],
        "errorMessage": row["message"],
        "nextActionUrl": row["next_action_url"],
        "processingError": _processing_error(row),
        "order": lambda ctx: _order(ctx, row),
        "state": _state(row),
        "subscriptionContract": lambda ctx: contracts.view(ctx.of("contracts")[row["contract_id"]]),
        "transactions": lambda ctx, **page: connection([], dict, **page),
    }


def _state(row: Row) -> View:
    if row["state"] == "pending":
        return {"__typename": "SubscriptionBillingAttemptPendingState", "processing": True}
    if row["state"] == "success":
        return {"__typename": "SubscriptionBillingAttemptSuccessState", "order": lambda ctx: _order(ctx, row)}
    if row["state"] == "action_required":
        action = {
            "__typename": "SubscriptionBillingAttemptPaymentChallenge",
            "status": "ON_SESSION_CHALLENGED",
            "nextActionUrl": row["next_action_url"],
        }
        return {"__typename": "SubscriptionBillingAttemptActionRequiredState", "action": action}
    return {"__typename": "SubscriptionBillingAttemptFailedState", "error": _error(row)}


def _error(row: Row) -> View:
    code = row["code"]
    if code in PAYMENT:
        return {"__typename": "SubscriptionBillingAttemptPaymentError", "code": code}
    if code in GENERAL:
        return {"__typename": "SubscriptionBillingAttemptGeneralError", "code": code}
    if code in INVENTORY:
        return {
            "__typename": "SubscriptionBillingAttemptInventoryError",
            "code": code,
            "insufficientStockProductVariants": lambda ctx, **page: _short(ctx, row, page),
        }
    return {"__typename": "SubscriptionBillingAttemptUnexpectedError", "message": row["message"]}


def _processing_error(row: Row) -> View | None:
    if row["state"] != "failed":
        return None
    if row["code"] == "INSUFFICIENT_INVENTORY":
        return {
            "__typename": "SubscriptionBillingAttemptInsufficientStockProductVariantsError",
            "code": row["code"],
            "message": row["message"],
            "insufficientStockProductVariants": lambda ctx, **page: _short(ctx, row, page),
        }
    return {"__typename": "SubscriptionBillingAttemptGenericError", "code": row["code"], "message": row["message"]}


def _short(ctx: Ctx, row: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import products

    rows = [ctx.of("variants")[i] for i in row["missing"] if i in ctx.of("variants")]
    return connection(rows, products.variant_view, **page)


def _order(ctx: Ctx, row: Row) -> View | None:
    found = ctx.of("orders").get(row["order_id"]) if row["order_id"] else None
    return orders.view(found) if found else None
