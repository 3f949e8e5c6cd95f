"""Every route says who may use it, and nobody else gets a byte of a shop from it; junk never becomes a 500."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import re
from datetime import timedelta

import jwt
import pytest
from sqlalchemy import select

from shopify_app import create_app, wiring
from shopify_app.billing.models import BillingAttempt
from shopify_app.catalog.models import Variant
from shopify_app.config import read
from shopify_app.contracts.models import Contract
from shopify_app.dunning.models import DunningCase
from shopify_app.edits.bulk.models import BulkJob
from shopify_app.kit.clock import SystemClock, machine_now
from shopify_app.links import wish
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.privacy.models import DATA_REQUEST, PrivacyRequest
from shopify_app.shops.models import Shop, ShopToken
from shopify_app.stock.models import ItemStanding, StockCause, StockDecision
from shopify_app.web.access import access_of
from tests.support.app import KEY, SECRET, environ_for

MINE, OTHERS = "mine-guarded.myshopify.com", "others-guarded.myshopify.com"
MARK = "Unmistakable Roast"
FRAME = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}


@pytest.fixture(scope="module")
def ctx(postgres_server, postgres_template, module_postgres_url):
    environ = environ_for("http://127.0.0.1:9", "http://127.0.0.1:8000", module_postgres_url, "redis://127.0.0.1:9")
    made = wiring.build(read(environ), clock=SystemClock(), inline=True)
    with made.db.session() as session:
        for domain in (MINE, OTHERS):
            _plant(session, made, domain)
    yield made
    made.db.close()


@pytest.fixture(scope="module")
def app(ctx):
    return create_app(ctx)


def _plant(session, ctx, domain: str) -> None:
    now = machine_now()
    shop = Shop(domain=domain, name=f"{MARK} of {domain}", host=ctx.settings.host, installed_at=now)
    session.add(shop)
    session.flush()
    far = now + timedelta(days=30)
    sealed = ctx.vault.seal("shpat_guard")
    session.add(
        ShopToken(
            shop_id=shop.id,
            access_token=sealed,
            refresh_token=sealed,
            access_expires_at=far,
            refresh_expires_at=far,
            scopes=ctx.settings.scopes,
            obtained_at=now,
        )
    )
    session.add(
        Contract(
            shop_id=shop.id,
            shopify_gid=f"gid://shopify/SubscriptionContract/{7000 + shop.id}",
            status="ACTIVE",
            revision_id=1,
            currency="USD",
            billing_policy={"interval": "MONTH", "intervalCount": 1},
            delivery_policy={"interval": "MONTH", "intervalCount": 1},
            shopify_created_at=now,
            shopify_updated_at=now,
            read_at=now,
            search_text=MARK.lower(),
            note=MARK,
        )
    )
    session.add(_plans(shop.id, now))
    session.flush()
    _plant_case(session, shop.id, now)
    _plant_stock(session, shop.id, now)
    _plant_bulk(session, shop.id, now)
    session.add(
        PrivacyRequest(
            shop_id=shop.id,
            kind=DATA_REQUEST,
            customer_gid="gid://shopify/Customer/7",
            received_at=now,
            done_at=now,
            report={"contracts": {"contracts": [{"id": "gid://shopify/SubscriptionContract/7", "note": MARK}]}},
        )
    )


def _plant_case(session, shop_id: int, now) -> None:
    """A failed charge whose number is its contract's."""
    number = 7000 + shop_id
    contract = session.scalars(select(Contract).where(Contract.shop_id == shop_id)).one()
    cycle = {"shop_id": shop_id, "contract_id": contract.id, "cycle_index": 1}
    tried = {"attempt_number": 1, "idempotency_key": "k", "origin_at": now, "written_at": now, "completed_at": now}
    attempt = BillingAttempt(**cycle, **tried, state="failed", error_code="CARD_DECLINED")
    session.add(attempt)
    session.flush()
    values = {"decline": "soft", "attempt_id": attempt.id, "failures": 1, "used": {}, "seen": {}, "opened_at": now}
    values |= {"next_step": "retry", "next_step_at": now + timedelta(days=1), "amount": 9, "currency": "USD"}
    session.add(DunningCase(**cycle, **values, id=number, state="open"))


def _plant_stock(session, shop_id: int, now) -> None:
    """An item and a decision about an order in which it is missing; their numbers are the contract's."""
    number = 7000 + shop_id
    contract = session.scalars(select(Contract).where(Contract.shop_id == shop_id)).one()
    item, variant = f"gid://shopify/InventoryItem/{number}", f"gid://shopify/ProductVariant/{number}"
    product = {"product_gid": f"gid://shopify/Product/{number}", "inventory_item_gid": item}
    session.add(Variant(shop_id=shop_id, shopify_gid=variant, title=MARK, **product))
    session.add(ItemStanding(shop_id=shop_id, item_gid=item))
    cause = StockCause(shop_id=shop_id, item_gid=item, kind="out", opened_at=now, supply=0)
    session.add(cause)
    session.flush()
    about = {"cause_id": cause.id, "contract_id": contract.id, "cycle_index": 1, "variant_gid": variant}
    how = {"terms": {}, "options": ["skip"], "default": "skip", "act_at": now + timedelta(days=1), "state": "told"}
    session.add(StockDecision(shop_id=shop_id, id=number, **about, **how, units=1, charge_at=now, decided_at=now))


def _plant_bulk(session, shop_id: int, now) -> None:
    """A change of many subscriptions that waits to be confirmed; its number is the contract's."""
    about = {
        "action": "pause",
        "asked": {"action": "pause"},
        "about": MARK,
        "actor": "merchant:1",
        "state": "weighed",
    }
    session.add(BulkJob(id=7000 + shop_id, shop_id=shop_id, **about, total=0, made_at=now, turn_at=now))


def _plans(shop_id: int, now) -> SellingPlanGroup:
    """A group of plans whose number, and that of its plan, is the contract's."""
    monthly = {"interval": "MONTH", "intervalCount": 1, "anchors": []}
    number = 7000 + shop_id
    plans = [
        SellingPlan(
            shop_id=shop_id,
            shopify_gid=f"gid://shopify/SellingPlan/{number}",
            position=1,
            name=MARK,
            options=[MARK],
            billing_policy=monthly,
            delivery_policy=monthly,
            pricing_policies=[],
        )
    ]
    return SellingPlanGroup(
        shop_id=shop_id,
        shopify_gid=f"gid://shopify/SellingPlanGroup/{number}",
        name=MARK,
        merchant_code="m",
        options=["Every"],
        products=[],
        shopify_created_at=now,
        read_at=now,
        plans=plans,
    )


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(ctx, rule, domain: str = MINE) -> str:
    """A real address for a rule, its variables filled from `domain`'s rows."""
    known = _known(ctx, domain)
    values = {name: known[name] for name in rule.arguments}
    with_values = rule.rule
    for name, value in values.items():
        for form in (f"<{name}>", f"<int:{name}>", f"<string:{name}>"):
            with_values = with_values.replace(form, value)
    return with_values


@functools.cache
def _known(ctx, domain: str) -> dict[str, str]:
    with ctx.db.session() as session:
        of_shop = select(Contract.shopify_gid, PrivacyRequest.id).join(Shop, Shop.id == Contract.shop_id)
        asked = of_shop.join(PrivacyRequest, PrivacyRequest.shop_id == Shop.id).where(Shop.domain == domain)
        gid, request_id = session.execute(asked).one()
    number = gid.rsplit("/", 1)[1]
    known = {"number": number, "request_id": str(request_id), "token": _link(ctx, gid)}
    known |= {"index": "1", "action": "skip", "decision": "1", "word": "skip"}
    return known | {"group": number, "plan": number}


def _link(ctx, gid: str) -> str:
    return wish.write(ctx.links, wish.Wish("skip", 1, int(gid.rsplit("/", 1)[1]), 1, machine_now()))


def token(domain: str = MINE, *, secret: str = SECRET, **claims) -> str:
    now = int(machine_now().timestamp())
    body = {"iss": f"https://{domain}/admin", "dest": f"https://{domain}", "aud": KEY, "sub": "42"}
    body |= {"exp": now + 60, "nbf": now - 5, "iat": now - 5, "jti": "j", "sid": "s"} | claims
    return jwt.encode({name: value for name, value in body.items() if value is not None}, secret, algorithm="HS256")


def bad_tokens() -> dict[str, str]:
    now = int(machine_now().timestamp())
    return {
        "none": "",
        "not a token": "abc.def.ghi",
        "expired": token(exp=now - 60),
        "not yet": token(nbf=now + 600),
        "without exp": token(exp=None),
        "another secret": token(secret="another-secret-another-secret-another"),
        "another app's": token(aud="another-app"),
        "a customer's": token(sub="gid://shopify/Customer/1", iss=f"https://{MINE}/customer"),
        "a customer's sub": token(sub="gid://shopify/Customer/1"),
        "no sub": token(sub=None),
        "issuer of another shop": token(iss=f"https://{OTHERS}/admin"),
        "issuer without /admin": token(iss=f"https://{MINE}"),
        "no Shopify domain": token("evil.com"),
        "a domain in disguise": token("mine-guarded.myshopify.com.evil.com"),
        "unsigned": jwt.encode({"dest": f"https://{MINE}", "sub": "42"}, None, algorithm="none"),
    }


def test_every_route_declares_who_may_use_it(app):
    undeclared = [rule.rule for rule in rules(app) if access_of(app.view_functions[rule.endpoint]) is None]
    assert not undeclared


def test_only_merchants_see_pages_and_the_rest_says_why(app):
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        assert access.kind in {"merchant", "shopper", "public", "signed"}, rule.rule
        assert access.kind in ("merchant", "shopper") or access.detail, f"{rule.rule}: a reason"


def merchant_rules(app, kind: str = "merchant"):
    return [rule for rule in rules(app) if access_of(app.view_functions[rule.endpoint]).kind == kind]


@pytest.mark.parametrize("name", list(bad_tokens()))
def test_a_merchant_route_gives_nothing_to_a_token_that_is(app, ctx, name):
    client, bad = app.test_client(), bad_tokens()[name]
    for rule in merchant_rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            url = address(ctx, rule)
            by_header = client.open(url, method=method, headers={"Authorization": f"Bearer {bad}"} if bad else {})
            by_address = client.open(url, method=method, query_string={"id_token": bad, "shop": MINE}, headers=FRAME)
            for answer in (by_header, by_address):
                assert answer.status_code in (401, 302), f"{method} {url}: {answer.status_code}"
                assert MARK not in answer.text, f"{method} {url}"
            assert by_header.status_code == 401
            assert by_header.headers["X-Shopify-Retry-Invalid-Session-Request"] == "1"


SHOPPER = "gid://shopify/Customer/1"


@pytest.mark.parametrize("name", [name for name in bad_tokens() if not name.startswith("a customer's")])
def test_a_shoppers_route_gives_nothing_to_a_token_that_is(app, ctx, name):
    client, bad = app.test_client(), {"Authorization": f"Bearer {bad_tokens()[name]}"}
    for rule in merchant_rules(app, "shopper"):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(address(ctx, rule), method=method, headers=bad)
            assert answer.status_code == 401 and MARK not in answer.text, f"{method} {rule.rule}"


def test_a_shoppers_route_knows_a_merchant_from_a_customer_and_the_customer_from_others(app, ctx):
    client, found = app.test_client(), merchant_rules(app, "shopper")
    assert len(found) > 5
    for rule in found:
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            url = address(ctx, rule)
            assert client.open(url, method=method, headers={"Authorization": f"Bearer {token()}"}).status_code == 401
            customer = {"Authorization": f"Bearer {token(sub=SHOPPER, iss=None)}"}
            answer = client.open(url, method=method, headers=customer)
            assert answer.status_code == (404 if rule.arguments else 200) and MARK not in answer.text, rule.rule


def test_a_good_token_opens_the_page_so_that_the_refusals_above_mean_something(app, ctx):
    client = app.test_client()
    for rule in merchant_rules(app):
        if "GET" in rule.methods:
            answer = client.get(address(ctx, rule), headers=FRAME, query_string={"id_token": token()})
            assert answer.status_code == 200, f"{rule.rule}: {answer.status_code}"


def test_a_merchant_sees_no_byte_of_another_shop(app, ctx):
    client = app.test_client()
    for rule in merchant_rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            url = address(ctx, rule, OTHERS)
            answer = client.open(url, method=method, headers={"Authorization": f"Bearer {token()}"})
            assert OTHERS not in answer.text, f"{method} {url}"
            if rule.arguments:
                assert answer.status_code == 404, f"{method} {url}: {answer.status_code}"


def test_a_token_in_the_address_changes_nothing(app, ctx):
    client = app.test_client()
    for rule in merchant_rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS", "GET"}:
            answer = client.open(address(ctx, rule), method=method, query_string={"id_token": token()})
            assert answer.status_code == 401, f"{method} {rule.rule}"


JUNK = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"a": 1e999}',
    b"\xff\xfe\x00",
    b"a=%ZZ&a=%00",
    "ü=ß".encode("latin-1"),
    b'{"id": {"$gt": 0}}',
    b'"' + b"x" * 70_000 + b'"',
]
KINDS = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=x",
    "\xff",
]
QUERIES = [
    "",
    "?after=%00",
    "?status[]=x&status=%F0%28",
    "?search=" + "%25" * 300,
    "?after=-1&sort=drop+table",
    "?shop=%2e%2e/",
]


def test_junk_is_refused_and_never_breaks_a_route(app, ctx):
    client = app.test_client()
    good = {"Authorization": f"Bearer {token()}"}
    for rule in rules(app):
        for number, body in enumerate(JUNK):
            query, kind = QUERIES[number % len(QUERIES)], KINDS[number % len(KINDS)]
            others = ({}, _signed(body)) if number < 3 or "webhooks" in rule.rule or "/flow/" in rule.rule else ()
            for headers in (good, *others):
                # a page reads no body: it is asked once with each query, what changes something with everything
                reads = ("GET",) if number < len(QUERIES) else ()
                for method in (*reads, "POST") if number else (*reads, "POST", "PUT"):
                    url = address(ctx, rule) + query
                    answer = client.open(url, method=method, data=body, headers=headers | {"Content-Type": kind})
                    assert answer.status_code != 500, f"{method} {url} {kind} {body[:20]!r}: {answer.status_code}"


def test_a_number_that_nothing_can_have_is_not_found_on_any_route(app, ctx):
    client = app.test_client()
    tokens = {"merchant": token(), "shopper": token(sub=SHOPPER, iss=None)}
    for kind, bearer in tokens.items():
        good = {"Authorization": f"Bearer {bearer}"}
        for rule in merchant_rules(app, kind):
            url = re.sub(r"<[^>]+>", "9" * 40, rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"} if rule.arguments else ():
                answer = client.open(url, method=method, headers=good)
                assert answer.status_code == 404, f"{method} {rule.rule}: {answer.status_code}"


def _signed(body: bytes) -> dict[str, str]:
    digest = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    return {"X-Shopify-Hmac-Sha256": digest, "X-Shopify-Shop-Domain": MINE, "X-Shopify-Topic": "orders/create"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"X-Shopify-Hmac-Sha256": None}, 401),
        ({"X-Shopify-Hmac-Sha256": "AAAA"}, 401),
        ({"X-Shopify-Hmac-Sha256": "é"}, 401),
        ({"X-Shopify-Topic": None}, 400),
        ({"X-Shopify-Webhook-Id": None}, 400),
        ({"X-Shopify-Shop-Domain": "not a shop"}, 400),
        ({"X-Shopify-Shop-Domain": "unknown-shop.myshopify.com"}, 200),
    ],
)
def test_a_webhook_is_taken_or_refused_by_its_signature_and_headers(app, change, status):
    body = json.dumps({"id": 1, "admin_graphql_api_id": "gid://shopify/Order/1"}).encode()
    headers = _signed(body) | {"X-Shopify-Webhook-Id": "w-1", "Content-Type": "application/json"} | change
    kept = {name: value for name, value in headers.items() if value is not None}
    assert app.test_client().post("/webhooks", data=body, headers=kept).status_code == status
