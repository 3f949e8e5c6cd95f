"""A shop with many subscriptions whose next orders are all to be announced at one moment: rows alone, no Shopify."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, text

_ROWS = (
    """insert into shops (domain, name, host, iana_timezone, installed_at)
    values ('s.myshopify.com', 'Shop', 'h', 'UTC', :now)""",
    """insert into shoppers (shop_id, shopify_gid, email, first_name, last_name, locale)
    select 1, 'gid://shopify/Customer/' || n, 'shopper-' || n || '@rosebud-mail.com', 'Maria', 'Lopez', 'en'
    from generate_series(1, :events) n""",
    """insert into contracts (shop_id, shopify_gid, status, revision_id, currency, customer_gid, billing_policy,
        delivery_policy, shopify_created_at, shopify_updated_at, billable_since, next_charge_at, next_charge_total,
        read_at)
    select 1, 'gid://shopify/SubscriptionContract/' || n, 'ACTIVE', 1, 'USD', 'gid://shopify/Customer/' || n,
        '{"interval": "MONTH", "intervalCount": 1}', '{"interval": "MONTH", "intervalCount": 1}',
        :now - interval '1 year', :now, :now - interval '1 year', :due, 46, :now
    from generate_series(1, :events) n""",
    """insert into contract_lines (shop_id, contract_id, shopify_gid, position, product_gid, title, variant_title,
        sku, quantity, current_price, discounted_price, requires_shipping)
    select 1, id, 'gid://shopify/SubscriptionLine/' || id || '-' || i, i, 'gid://shopify/Product/' || i,
        'House Blend ' || i, 'Whole bean', 'HB-' || i, 1, 18, 18, true
    from contracts, generate_series(1, 3) i""",
    """insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, read_at, notices_for)
    select 1, id, 2, :due - interval '1 month', :due, :due, 'UNBILLED', false, false, :due, :now, :due
    from contracts""",
    """insert into notices (shop_id, contract_id, cycle_index, kind, lead_days, plan_at, planned_at, planned_for)
    select 1, id, 2, 'upcoming', 3, :now, :now - interval '7 days', :due from contracts""",
)  # fmt: skip


def gather(engine: Engine, count: int, now: datetime) -> None:
    """Write a shop of number 1 into an empty database, with `count` notices due `now`, three days ahead of the
    charges (business time)."""
    values = {"now": now, "events": count, "due": now + timedelta(days=3)}
    with engine.begin() as connection:
        for statement in _ROWS:
            connection.execute(text(statement), values)
