"""A shop of many contracts with everything around them that the merchant's pages read, made by SQL: part of benches.

Dates surround `NOW`, where the business clock of whoever reads it must stand. Of a hundred subscriptions four
are paused and six cancelled; each open one has three dates to come, was charged a month ago, and has an order. Two
in a hundred have a failed charge open, three a card that lapses, one a date that is held, and one in twenty has an
order in which something is missing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from bench.contract_search import DROPPED, FIRST, LAST
from shopify_app.contracts import search_words as words
from shopify_app.contracts.models import ContractImport
from shopify_app.insights import revenue, revenue_days
from shopify_app.insights.revenue_models import RevenueCount
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Database
from shopify_app.shops.models import Shop

NOW = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
ITEMS, DAYS_COUNTED = 500, 330
MONTHLY = """'{"interval": "MONTH", "intervalCount": 1, "anchors": []}'::jsonb"""
HOUR = "date_trunc('day', now()) + interval '14 hours'"
"""All are charged at nine in New York: a thirtieth of them at this moment."""
PEOPLE = f"""
    lateral (select (array{FIRST})[1 + mod(n, {len(FIRST)})] first_name,
        (array{LAST})[1 + mod(n, {len(LAST)})] || n last_name) who"""
ROWS = (
    f"""insert into contracts (shop_id, shopify_gid, status, revision_id, currency, customer_gid, payment_method_gid,
        billing_policy, delivery_policy, delivery_price, shopify_created_at, shopify_updated_at, billable_since,
        next_charge_at, next_charge_total, search_text, read_at, cycles_read_until, at_risk_since, seen_method,
        written_at, demand_of)
    select 1, 'gid://shopify/SubscriptionContract/' || n,
        case when mod(n, 100) < 4 then 'PAUSED' when mod(n, 100) < 10 then 'CANCELLED' else 'ACTIVE' end, 1, 'USD',
        'gid://shopify/Customer/' || n, 'gid://shopify/CustomerPaymentMethod/' || n, {MONTHLY}, {MONTHLY}, 5,
        now() - mod(n, 700) * interval '1 day', now() - mod(n, 300) * interval '1 day', now() - interval '1 year',
        case when mod(n, 100) >= 10 then {HOUR} + mod(n, 30) * interval '1 day' end, 33,
        n || e'\\n' || first_name || ' ' || last_name || e'\\n' || first_name || '.' || last_name || '@example.com'
            || e'\\nitem ' || 1 + mod(n, {ITEMS}) || e'\\n250 g\\nsku-' || 1 + mod(n, {ITEMS}),
        now(), now() + interval '90 days',
        case when mod(n, 100) in (10, 11) then now() - interval '2 days' end,
        'gid://shopify/CustomerPaymentMethod/' || n, now(), now()
    from generate_series(1, %(contracts)s) n, {PEOPLE}""",
    f"""insert into shoppers (shop_id, shopify_gid, email, first_name, last_name, locale)
    select 1, 'gid://shopify/Customer/' || n, first_name || '.' || last_name || '@example.com', initcap(first_name),
        initcap(last_name), 'en' from generate_series(1, %(contracts)s) n, {PEOPLE}""",
    f"""insert into contract_lines (shop_id, contract_id, shopify_gid, position, title, variant_title, sku, quantity,
        current_price, discounted_price, requires_shipping, product_gid, variant_gid)
    select 1, id, 'gid://shopify/SubscriptionLine/' || id || '-' || i, i, 'Item ' || item, '250 g', 'SKU-' || item, 1,
        14, 14, true, 'gid://shopify/Product/' || item, 'gid://shopify/ProductVariant/' || item
    from contracts, generate_series(1, 2) i, lateral (select 1 + mod(id * i + i - 1, {ITEMS}) item) t""",
    """insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, attempted_at, held_reason, held_at, held_until, read_at, notices_for, compared_at, written_at)
    select 1, id, i + 1, planned - interval '1 month', planned, planned, case when i = 0 then 'BILLED'
        else 'UNBILLED' end, i = 2 and mod(id, 50) = 12, false, case when i > 0 and not (i = 2 and mod(id, 50) = 12)
        and status = 'ACTIVE' then planned end, case when i = 0 then planned end,
        case when held then 'no_stock' end, case when held then now() end,
        case when held then planned + interval '14 days' end, now(), planned, now(), now()
    from contracts, generate_series(0, 3) i, lateral (select i = 1 and mod(id, 100) = 20 held) h,
        lateral (select next_charge_at + (i - 1) * interval '1 month' planned) p where next_charge_at is not null""",
    """insert into billing_attempts (shop_id, contract_id, cycle_index, attempt_number, idempotency_key, state,
        origin_at, expected_at, written_at, requested_at, completed_at, amount, currency, error_class, error_code,
        followed_as, order_gid, order_name)
    select 1, contract_id, cycle_index, 1, 'key-' || id, state, expected_at, expected_at, expected_at, expected_at,
        expected_at, 33, 'USD', case when state = 'failed' then 'soft' end,
        case when state = 'failed' then 'CARD_DECLINED' end, state,
        'gid://shopify/Order/' || contract_id || '-1', '#' || contract_id
    from billing_cycles, lateral (select case when mod(contract_id, 100) between 10 and 31 then 'failed'
        else 'settled' end state) s where cycle_index = 1 and expected_at < now()""",
    """insert into dunning_cases (shop_id, contract_id, cycle_index, state, decline, code, attempt_id, failures, used,
        seen, next_step, next_step_at, amount, currency, opened_at, closed_at, why_closed)
    select 1, contract_id, cycle_index,
        case when is_open then 'open' when mod(id, 3) = 0 then 'exhausted' else 'recovered' end,
        (array['soft', 'payment_method', 'transient', 'merchant'])[1 + mod(id, 4)], 'CARD_DECLINED', id, 1, '{}',
        '{}', case when is_open then 'retry' end, case when is_open then now() + interval '1 day' end, 33, 'USD',
        began, case when is_open then null else began + interval '3 days' end,
        case when is_open then null when mod(id, 3) = 0 then 'pause' else 'paid' end
    from billing_attempts, lateral (select mod(contract_id, 100) < 12 is_open) o,
        lateral (select now() - case when is_open then interval '2 days' else mod(id, 360) * interval '1 day' end
            - interval '3 days' began) b where state = 'failed'""",
    """insert into payment_methods (shop_id, shopify_gid, customer_gid, kind, brand, last_digits, expires_on, seen_at,
        written_at)
    select 1, payment_method_gid, customer_gid, 'card', 'Visa', '4242',
        current_date + case when mod(id, 100) < 3 then 1 else 900 end, now(), now() from contracts""",
    """insert into orders (shop_id, shopify_gid, name, total, currency, financial_status, fulfillment_status,
        shopify_created_at, shopify_updated_at)
    select 1, 'gid://shopify/Order/' || id || '-' || i, '#' || id, 33, 'USD', 'PAID', 'FULFILLED',
        next_charge_at - i * interval '1 month', now() from contracts, generate_series(1, 1) i
    where next_charge_at is not null""",
    """insert into order_contracts (shop_id, order_id, contract_gid)
    select 1, id, 'gid://shopify/SubscriptionContract/' || substr(name, 2) from orders""",
    """insert into journal_facts (shop_id, key, kind, contract_gid, customer_gid, cycle_index, occurred_at, data)
    select 1, kind || ':' || id || '-' || i, kind, shopify_gid, customer_gid, i,
        now() - i * interval '1 month' - mod(id, 30) * interval '1 day', '{"amount": "33", "currency": "USD"}'
    from contracts, generate_series(1, case when id = 50 then 60 else 1 end) i,
        lateral (select case mod(i, 9) when 2 then 'subscription.started' else 'order.processed' end kind) k""",
    """insert into notices (shop_id, contract_id, cycle_index, kind, lead_days, plan_at, planned_at, planned_for,
        state, recorded_at)
    select 1, contract_id, cycle_index, 'upcoming', lead, due_at - lead * interval '1 day', now(), due_at,
        case when due_at - lead * interval '1 day' <= now() then 'recorded' else 'planned' end,
        case when due_at - lead * interval '1 day' <= now() then now() end
    from billing_cycles, (values (7), (3)) leads (lead) where due_at < now() + interval '10 days'""",
    """insert into deliveries (shop_id, fact_id, channel, contract_gid, state, body, next_try_at, accepted_at)
    select 1, id, 'klaviyo', contract_gid, 'accepted', '{}', now(), occurred_at from journal_facts""",
    """insert into klaviyo_accounts (shop_id, sealed_key, key_hint, account_id, account_name, state, connected_at,
        facts_read_to) select 1, 's', 'h', 'a', 'Rosebud', 'connected', now(), max(id) from journal_facts""",
    f"""insert into products (shop_id, shopify_gid, title, status, shopify_updated_at)
    select 1, 'gid://shopify/Product/' || n, 'Item ' || n, 'ACTIVE', now() from generate_series(1, {ITEMS}) n""",
    f"""insert into variants (shop_id, shopify_gid, product_gid, title, sku, price, inventory_item_gid,
        inventory_policy, tracked)
    select 1, 'gid://shopify/ProductVariant/' || n, 'gid://shopify/Product/' || n, '250 g', 'SKU-' || n, 14,
        'gid://shopify/InventoryItem/' || n, 'DENY', true from generate_series(1, {ITEMS}) n""",
    f"""insert into inventory_levels (shop_id, item_gid, location_gid, available, shopify_updated_at)
    select 1, 'gid://shopify/InventoryItem/' || n, 'gid://shopify/Location/1', 100 + n, now()
    from generate_series(1, {ITEMS}) n""",
    """insert into stock_demand (shop_id, contract_id, cycle_index, variant_gid, charge_at, units)
    select 1, l.contract_id, b.cycle_index, l.variant_gid, b.due_at, l.quantity from contract_lines l
    join billing_cycles b on b.contract_id = l.contract_id where b.due_at < now() + interval '45 days'""",
    f"""insert into stock_items (shop_id, item_gid, looked_at, supply, runs_out_at, short_units)
    select 1, 'gid://shopify/InventoryItem/' || n, now(), 100 + n, now() + mod(n, 20) * interval '1 day', mod(n, 9)
    from generate_series(1, {ITEMS}) n""",
    """insert into stock_causes (shop_id, item_gid, kind, opened_at, supply)
    select 1, item_gid, 'out', now(), 0 from stock_items where mod(id, 20) = 0""",
    """insert into stock_decisions (shop_id, cause_id, contract_id, cycle_index, variant_gid, units, charge_at, terms,
        options, "default", state, act_at, decided_at, told_at)
    select 1, c.id, d.contract_id, d.cycle_index, d.variant_gid, d.units, d.charge_at, '{}', '["delay", "skip"]',
        'delay', 'told', d.charge_at - interval '1 day', now(), now()
    from stock_causes c join variants v on v.inventory_item_gid = c.item_gid
    join stock_demand d on d.variant_gid = v.shopify_gid where d.cycle_index = 2
    on conflict do nothing""",
    """insert into daily_charges (shop_id, day, expected, billed, failed, skipped, held, parked, in_flight, to_come,
        unexplained, counted_at)
    select 1, current_date - n, 3000, 2800, 120, 40, 40, 0, 0, 0, 0, now() from generate_series(1, 60) n""",
    """insert into heartbeats (kind, host, pid, started_at, seen_at)
    select kind, 'here', 1, clock_timestamp(), clock_timestamp()
    from unnest(array['web', 'worker', 'ticker']) kind""",
)
MOVEMENTS = f"""
    insert into revenue_movements (shop_id, contract_id, day, currency, kind, amount, active, reason)
    select 1, id, current_date - mod(id * 7, {DAYS_COUNTED})::int, 'USD', kind,
        case when kind = 'churned' then -28 when kind in ('new', 'reactivated') then 28 else 6 end,
        case when kind = 'churned' then -1 when kind in ('new', 'reactivated') then 1 else 0 end,
        case when kind = 'churned' then (array['too_expensive', 'too_much', 'not_said'])[1 + mod(id, 3)] else '' end
    from contracts, lateral (
        select (array['new', 'expansion', 'churned', 'reactivated', 'new'])[1 + mod(id, 5)] kind) k
    where mod(id, 3) = 0"""


def fill(url: str, contracts: int) -> None:
    """Make the rows for shop 1, which is there already. `url`: SQLAlchemy's, of a database just migrated."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # the rows are made to fit
        connection.execute("set time zone 'UTC'")
        for index in DROPPED:
            connection.execute(f"drop index {index}")
        for statement in ROWS:
            connection.execute(_at(statement), {"contracts": contracts} if "%(contracts)s" in statement else None)
        _index(connection)
        connection.execute("set maintenance_work_mem = '256MB'")
        columns = "contract_search using gin (numbers) with (fastupdate = off)"
        connection.execute(f"create index ix_contract_search_numbers on {columns}")
        _count(url, connection)
        connection.execute("vacuum analyze")


def _at(statement: str) -> str:
    """The statement with business time's now."""
    return statement.replace("now()", f"timestamptz '{NOW.isoformat()}'").replace(
        "current_date", f"date '{NOW.date()}'"
    )


def _index(connection: psycopg.Connection) -> None:
    """What searching finds the contracts by, as the app would write it."""
    memory: dict[str, int] = {}

    def number(piece: str) -> int:
        if piece not in memory:
            memory[piece] = words.number(1, piece)
        return memory[piece]

    found = connection.execute("select id, search_text, status from contracts").fetchall()
    with connection.cursor() as cursor, cursor.copy("copy contract_search from stdin") as copy:
        for row_id, text, status in found:
            pieces = words.of_text(text) | {f"=status:{status}", "=every:1-MONTH", "=country:US"}
            copy.write_row([row_id, 1, sorted({number(piece) for piece in pieces})])


def _count(url: str, connection: psycopg.Connection) -> None:
    """Nearly a year of monthly revenue: opened by the app, moved by SQL, added up by the app."""
    database = Database(url)
    began, today = NOW - timedelta(days=DAYS_COUNTED), NOW.date()
    with database.session() as session:
        session.add(ContractImport(shop_id=1, phase="done", started_at=began, finished_at=began, next_slice_at=began))
        session.flush()
        revenue.count(session, session.get_one(Shop, 1), began)
    connection.execute(_at(MOVEMENTS))
    with database.session() as session:
        known = session.get_one(RevenueCount, 1)
        revenue_days.write(session, 1, known.first_day, today)
        known.counted_day, known.counted_to = today, machine_now()
    database.close()


def import_ends(url: str) -> None:
    """Note that the shop's subscriptions are read."""
    database = Database(url)
    with database.session() as session:
        session.get_one(ContractImport, 1).finished_at = machine_now()
    database.close()
