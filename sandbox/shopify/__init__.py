"""Shopify's nouns: what a shop holds and what may be done to it. Importing this package registers the Admin API.

Each module owns the rows of its noun, the views of the Admin API on them, and the webhooks its changes cause.
"""

from sandbox.shopify import (  # noqa: F401 - importing registers
    attempt_mutations,
    attempts,
    bulk_cycles,
    contract_mutations,
    contracts,
    customers,
    cycle_contracts,
    cycle_mutations,
    cycles,
    discount_mutations,
    draft_mutations,
    drafts,
    flow,
    fulfillment_holds,
    fulfillment_orders,
    marks,
    order_edits,
    orders,
    payment_methods,
    payment_updates,
    products,
    selling_plan_mutations,
    selling_plans,
    shops,
    stock,
)
