"""MAP 2: every Shopify topic → its handlers, in order, on one page.

A handler is a pair. `fetch(ctx, shop, message)` asks Shopify, with no transaction open. `apply(ctx, session, shop,
message, fetched)` writes the answer in one transaction; it returns None, or a word of `kit.handling`. Handlers run
one after the other and must bear being run again: a crash between two of them repeats the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shopify_app.billing import webhooks as billing
from shopify_app.contracts import webhooks as contracts
from shopify_app.dunning import card, marking
from shopify_app.orders import webhooks as orders
from shopify_app.plans import refresh as plans
from shopify_app.privacy import webhooks as privacy
from shopify_app.shops import webhooks as shops
from shopify_app.stock import sales
from shopify_app.stock import webhooks as stock


@dataclass(frozen=True)
class Handler:
    """What to read and what to write when a topic arrives."""

    fetch: Callable[..., Any]
    apply: Callable[..., str | None]


_CONTRACT = Handler(contracts.fetch_contract, contracts.contract_changed)
_VARIANTS = Handler(stock.fetch_missing, stock.variants_missing)
_CUSTOMER = Handler(contracts.fetch_customer, contracts.customers_update)
_MERGE = Handler(contracts.fetch_merged, contracts.customers_merge)
_PAYMENT_METHOD = Handler(contracts.fetch_payment_method, contracts.payment_method_changed)
_PAID_WITH = Handler(contracts.fetch_paid_with, contracts.contract_changed)
_CARD = Handler(card.fetch_now, card.method_updated)
_OTHER_MEANS = Handler(card.fetch_now, card.contract_changed)
_MARKS = Handler(card.fetch_now, marking.customers_merge)
_ORDER = Handler(orders.fetch_order, sales.order_changed)
_DELIVERIES = Handler(orders.fetch_deliveries, orders.deliveries_changed)
_PRODUCT = Handler(stock.fetch_product, stock.product_changed)
_PLANS = Handler(plans.fetch_groups, plans.groups_changed)

HANDLERS: dict[str, tuple[Handler, ...]] = {
    "subscription_contracts/create": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_contracts/update": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_contracts/activate": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_contracts/pause": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_contracts/cancel": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_contracts/expire": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_contracts/fail": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_billing_cycles/skip": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_billing_cycles/unskip": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_billing_cycle_edits/create": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_billing_cycle_edits/update": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_billing_cycle_edits/delete": (_CONTRACT, _VARIANTS, _OTHER_MEANS),
    "subscription_billing_attempts/success": (
        Handler(billing.fetch_attempt, billing.attempt_success),
        _CONTRACT,
    ),
    "subscription_billing_attempts/failure": (
        Handler(billing.fetch_attempt, billing.attempt_failure),
        _CONTRACT,
    ),
    "subscription_billing_attempts/challenged": (
        Handler(billing.fetch_attempt, billing.attempt_challenged),
        _CONTRACT,
    ),
    "customer_payment_methods/create": (_PAYMENT_METHOD, _PAID_WITH, _CARD),
    "customer_payment_methods/update": (_PAYMENT_METHOD, _PAID_WITH, _CARD),
    "customer_payment_methods/revoke": (_PAYMENT_METHOD, _PAID_WITH, _CARD),
    "orders/create": (_ORDER, _DELIVERIES),
    "orders/updated": (_ORDER, _DELIVERIES),
    "orders/edited": (_ORDER, _DELIVERIES),
    "orders/cancelled": (_ORDER, _DELIVERIES),
    "orders/fulfilled": (_ORDER, _DELIVERIES),
    "fulfillment_orders/cancelled": (_DELIVERIES,),
    "fulfillment_orders/hold_released": (_DELIVERIES,),
    "fulfillment_orders/placed_on_hold": (_DELIVERIES,),
    "fulfillment_orders/rescheduled": (_DELIVERIES,),
    "fulfillment_orders/scheduled_fulfillment_order_ready": (_DELIVERIES,),
    "inventory_levels/update": (Handler(stock.fetch_level, stock.inventory_levels_update),),
    "inventory_levels/disconnect": (Handler(stock.fetch_disconnected, stock.inventory_levels_disconnect),),
    "products/update": (_PRODUCT,),
    "products/delete": (_PRODUCT,),
    "selling_plan_groups/create": (_PLANS,),
    "selling_plan_groups/update": (_PLANS,),
    "selling_plan_groups/delete": (_PLANS,),
    "customers/update": (_CUSTOMER,),
    "customers/delete": (_CUSTOMER,),
    "customers/merge": (_MERGE, _MARKS),
    "shop/update": (
        Handler(shops.fetch_shop_update, shops.shop_update),
        Handler(contracts.fetch_zone, contracts.zone_changed),
    ),
    "app/scopes_update": (Handler(shops.fetch_app_scopes_update, shops.app_scopes_update),),
    "app/uninstalled": (Handler(shops.fetch_app_uninstalled, shops.app_uninstalled),),
    "customers/data_request": (Handler(privacy.fetch_now, privacy.customers_data_request),),
    "customers/redact": (Handler(privacy.fetch_now, privacy.customers_redact),),
    "shop/redact": (Handler(privacy.fetch_shop_redact, privacy.shop_redact),),
}
