"""Only a signed-in customer of an installed shop sees anything, and only what is theirs."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from sqlalchemy import update

from shopify_app.journal import erase
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import UNINSTALLED, Shop
from shopify_app.web.links import limits
from shopify_app.web.portal import blueprint, document, guard
from shopify_app.web.portal.deeds import DEEDS
from tests.portal.shopper import PREFIX, Shopper

FOREIGN = "another-coffee.myshopify.com"


def _paths(shopper: Shopper, contract: int) -> list[tuple[str, str]]:
    values = {"number": contract, "index": 2, "decision": "1", "action": "skip"}
    return [(each.method.upper(), each.path.format(**values)) for each in document.OPERATIONS]


def _nothing_asked(shopper: Shopper) -> bool:
    with shopper.story.ctx.db.session() as session:
        return session.query(Fact).filter(Fact.kind.endswith("_requested")).count() == 0


def test_whoever_is_not_a_signed_in_customer_gets_the_same_401(resting: Shopper) -> None:
    now, customer = int(time.time()), f"gid://shopify/Customer/{resting.customer}"
    admin = {"iss": f"https://{resting.story.shop_domain}/admin"}
    tokens = {
        "none": "",
        "nonsense": "abc",
        "a changed signature": resting.token()[:-4] + "AAAA",
        "another app's": resting.token(aud="another"),
        "several apps'": resting.token(aud=["sandbox-key", "another"]),
        "expired": resting.token(exp=now - 60),
        "without an end": resting.token(exp=None),
        "not yet valid": resting.token(nbf=now + 600),
        "a shop without us": resting.token(dest=f"https://{FOREIGN}"),
        "no shop": resting.token(dest="https://evil.example"),
        "signed out": resting.token(sub=None),
        "a merchant's": resting.token(sub="48151623", **admin),
        "a merchant's with a customer's sub": resting.token(sub=customer, **admin),
        "another thing's id": resting.token(sub=f"gid://shopify/Order/{resting.customer}"),
        "more than an id": resting.token(sub=customer + "\n"),
    }
    for method, path in _paths(resting, resting.contract):
        answers = {name: resting.ask(method, path, token=token) for name, token in tokens.items()}
        assert {(each.status_code, each.content) for each in answers.values()} == {(401, answers["none"].content)}, {
            name: each.status_code for name, each in answers.items()
        }
    assert _nothing_asked(resting)
    assert resting.ask("GET", "/contracts", token=resting.token(dest=resting.story.shop_domain)).status_code == 200


def test_a_shop_that_left_shows_nothing(shopper: Shopper) -> None:
    with shopper.story.ctx.db.session() as session:
        session.execute(update(Shop).values(status=UNINSTALLED))
    nobody = shopper.ask("GET", "/contracts", token="")
    assert {shopper.ask(method, path).content for method, path in _paths(shopper, shopper.contract)} == {
        nobody.content
    }


def test_somebody_elses_subscription_is_as_missing_as_none(resting: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "REQUESTS", 1_000)  # every operation twice is more than a minute allows
    others = _paths(resting, resting.foreign)[1:]
    nowhere = _paths(resting, 999_999)[1:]
    for (method, path), (_, missing) in zip(others, nowhere, strict=True):
        theirs, none = resting.ask(method, path), resting.ask(method, missing)
        assert theirs.status_code == none.status_code == 404 and theirs.content == none.content
    assert _nothing_asked(resting)
    assert resting.ask("GET", f"/contracts?after={resting.foreign}").json()["contracts"] == []


def test_an_opaque_origin_may_read_and_asks_first_without_a_token(resting: Shopper) -> None:
    url = f"{resting.story.url}{PREFIX}/contracts/1/cycles/1/skip"
    asked = {
        "Origin": "null",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    preflight = httpx.options(url, headers=asked)
    assert preflight.status_code == 204 and preflight.content == b""
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"].lower()
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, POST"
    for answer in (
        preflight,
        resting.ask("GET", "/contracts", Origin="null"),
        resting.ask("GET", "/contracts", token="", Origin="null"),
        resting.ask("GET", "/nowhere", Origin="null"),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers and "Set-Cookie" not in answer.headers
    wrong = resting.ask("PUT", "/contracts")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    elsewhere = httpx.options(f"{resting.story.url}/webhooks", headers=asked)
    assert "Access-Control-Allow-Origin" not in elsewhere.headers


def test_a_shopper_who_asks_too_often_waits_and_others_do_not(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = machine_now()
    monkeypatch.setattr(limits, "machine_now", lambda: moment)  # no new minute begins meanwhile
    monkeypatch.setattr(guard, "REQUESTS", 3)
    monkeypatch.setattr(guard, "CHANGES", 1)
    assert [shopper.ask("GET", "/contracts").status_code for _ in range(4)] == [200, 200, 200, 429]
    waits = shopper.ask("GET", "/contracts")
    assert 0 < int(waits.headers["Retry-After"]) <= 60 and waits.json()["code"] == "too_many"
    other = shopper.token(sub="gid://shopify/Customer/1")
    assert shopper.ask("GET", "/contracts", token=other).json() == {"contracts": [], "next_after": None}


def test_changes_are_counted_apart_from_looking(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "CHANGES", 1)
    moment = machine_now()
    monkeypatch.setattr(limits, "machine_now", lambda: moment)
    first = shopper.cycles()[0]["index"]
    assert shopper.act("skip", index=first).status_code == 200
    assert shopper.act("unskip", index=first).status_code == 429
    assert shopper.row(first).skipped and shopper.cycles()[0]["state"] == "skipped"


def test_words_come_in_the_shoppers_language(shopper: Shopper) -> None:
    german = {"Accept-Language": "de-AT,de;q=0.9"}
    told = shopper.ask("GET", "/contracts", token="", **german)
    assert told.json()["title"] == "Bitte melden Sie sich an" and told.headers["Content-Language"] == "de-AT"
    unskip = shopper.get(f"/contracts/{shopper.contract}/cycles?locale=de", **{"Accept-Language": "en"})
    assert unskip["cycles"][0]["actions"][1]["reason"]["words"] == "Sie steht schon so."
    with shopper.story.ctx.db.session() as session:
        session.execute(update(Shop).values(primary_locale="de"))
    entries = shopper.get(f"/contracts/{shopper.contract}/timeline?locale=xx")["entries"]
    assert entries[-1]["words"] == "Das Abonnement hat begonnen."


def test_the_document_names_exactly_the_routes_and_closes_every_object(resting: Shopper) -> None:
    served = httpx.get(f"{resting.story.url}{PREFIX}/openapi.json").json()
    assert served["openapi"].startswith("3.1") and served == document.build()
    app_rules = resting.story.ctx and _rules(resting)
    documented = {(each.method.upper(), each.path) for each in document.OPERATIONS}
    assert app_rules == documented | {("GET", "/openapi.json")}
    for name, schema in served["components"]["schemas"].items():
        for each in schema.get("anyOf", [schema]):
            assert each["additionalProperties"] is False, name
            assert set(each["required"]) == set(each["properties"]) or name.endswith("Body"), name
            assert all({"type", "$ref", "anyOf"} & set(part) for part in each["properties"].values()), name


def _rules(shopper: Shopper) -> set[tuple[str, str]]:
    from shopify_app import create_app

    found = set()
    for rule in create_app(shopper.story.ctx).url_map.iter_rules():
        if rule.endpoint.startswith(f"{blueprint.name}."):
            path = re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX))
            paths = [path.replace("{action}", name) for name in DEEDS] if "/actions/" in path else [path]
            found |= {(method, each) for method in rule.methods - {"HEAD", "OPTIONS"} for each in paths}
    return found


def test_an_erased_shopper_is_not_named_as_who_acted(shopper: Shopper) -> None:
    shopper.act("skip")
    with shopper.story.ctx.db.session() as session:
        erase.erase(session, shopper.story.shop.id, f"gid://shopify/Customer/{shopper.customer}")
    (fact,) = shopper.facts("order.skipped")
    assert (fact.actor, fact.customer_gid) == ("shopper", None)
