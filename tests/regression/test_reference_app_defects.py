"""Twelve defects found by reading Shopify's open-source subscriptions app and its forks, as far as they concern us.

Each test says the defect in a sentence. `mutants/NN-….patch` puts it into this code; `bin/chaos --mutants` applies
each to a copy and expects the test of that number to fail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from flask import Flask
from sqlalchemy import func, select

from sandbox.shopify import attempts
from shopify_app import create_app
from shopify_app.billing import erase as billing_erase
from shopify_app.billing import outcomes
from shopify_app.inbox.models import InboxMessage
from shopify_app.inbox.receive import Arrival, receive
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import Killed
from shopify_app.privacy import registry
from tests.billing.till import Till
from tests.support import logs
from tests.web.conftest import SECRET, Admin, id_token

MAIL = "quillonia@marsh-post.net"
FAILURE = "subscription_billing_attempts/failure"


def test_01_a_declined_charge_is_not_tried_again_at_once(till: Till) -> None:
    """With an inline scheduler a retry meant for next week ran at once, so a decline cancelled within minutes."""
    till.fault(outcomes={"*": "CARD_DECLINED"})
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key, topic="failure")
    for _ in range(5):
        till.charge()
        till.look()
    assert till.calls("AttemptCreate") == 1
    assert (till.the_attempt().state, till.contract().status) == ("failed", "ACTIVE")


def test_02_a_failure_told_twice_counts_once(till: Till) -> None:
    """No delivery id was kept: a webhook that came twice queued a second retry, or repeated the final action."""
    arrival = Arrival("delivery-1", FAILURE, {"id": None, "idempotency_key": "k", "error_code": "CARD_DECLINED"})
    new = []
    for _ in range(2):
        with till.ctx.db.session() as session:
            new.append(receive(session, till.shop_id, arrival, machine_now()))
    assert new == [True, False]
    with till.ctx.db.session() as session:
        assert session.scalar(select(func.count()).select_from(InboxMessage)) == 1


def test_03_nobody_starts_work_without_proof(app: Flask) -> None:
    """`/internal/jobs/run` asked for no proof: whoever reached it could name a job and a shop."""
    told = {"X-Shopify-Topic": FAILURE, "X-Shopify-Webhook-Id": "1", "X-Shopify-Shop-Domain": "a.myshopify.com"}
    posts = [rule for rule in app.url_map.iter_rules() if rule.methods and "POST" in rule.methods]
    assert len(posts) > 3
    for rule in posts:
        with app.test_request_context():
            values = dict.fromkeys(rule.arguments, 1) | dict(rule.defaults or {})
            path = app.url_map.bind("").build(rule.endpoint, values)
        answer = app.test_client().post(path, headers=told, json={"shop": "a.myshopify.com"})
        assert 400 <= answer.status_code < 500, path


def test_04_a_token_meant_for_another_app_opens_nothing(admin: Admin) -> None:
    """A mail route took the contract's id from the body and asked neither whose it is nor whom the token is for."""
    claims = jwt.decode(id_token(admin.domain), SECRET, algorithms=["HS256"], audience="client-id")
    stranger = jwt.encode(claims | {"aud": "another-app"}, SECRET, "HS256")
    assert admin.get("/contracts").status_code == 200
    refused = admin.client.get("/contracts", headers={"Authorization": f"Bearer {stranger}", "HX-Request": "true"})
    assert refused.status_code == 401


def test_05_only_the_shops_own_admin_frames_its_pages(admin: Admin) -> None:
    """A Content-Security-Policy set later overwrote `frame-ancestors`: any page could frame the app."""
    policies = [admin.open(path).headers.getlist("Content-Security-Policy") for path in ("/", "/contracts")]
    ours = f"frame-ancestors https://{admin.domain} {admin.context.settings.admin_url};"
    assert [policy[0].startswith(ours) and len(policy) == 1 for policy in policies] == [True, True]
    outside = admin.client.get("/healthz").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in outside


def test_06_a_webhook_leaves_no_personal_data_in_the_log(till: Till) -> None:
    """Webhooks were logged whole, redactions with the very address to be erased, and errors with all headers."""
    client = create_app(replace(till.ctx)).test_client()
    body = json.dumps({"customer": {"id": 7, "email": MAIL}, "shop_domain": till.domain}).encode()
    secret = till.ctx.settings.api_secret.encode()
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    headers = {
        "X-Shopify-Topic": "customers/redact",
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": till.domain,
        "X-Shopify-Webhook-Id": "1",
    }
    with logs.listening() as ears:
        kept = client.post("/webhooks/compliance", data=body, headers=headers).status_code
        refused = client.post("/webhooks/compliance", data=body + b" ", headers=headers).status_code
    assert (kept, refused) == (200, 401)
    assert logs.leaks(ears.raw, {"mail": MAIL, "signature": signature}) == []


def test_07_charges_are_told_on_request_and_their_personal_parts_are_erased(till: Till) -> None:
    """A shop's redaction left the dunning rows behind, and a data request denied holding contracts that it held."""
    till.fault(outcomes={"*": "challenged"})
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key, topic="challenged")
    customer = till.contract().customer_gid or ""
    assert till.the_attempt().next_action_url
    with till.ctx.db.session() as session:
        told = registry.FEATURES["billing"].held(session, till.shop_id, customer)
        assert [charge["state"] for charge in told["charges"]] == ["challenged"]
        assert billing_erase.erase(session, till.shop_id, None) == 1
    assert till.the_attempt().next_action_url is None


def test_08_a_cycle_that_fails_and_is_paid_leaves_nothing_open(till: Till) -> None:
    """A cycle that failed for two reasons had two trackers, and a success closed only one of them."""
    till.fault(settle={"manual": True})
    till.charge()
    (row,) = till.sandbox.world.of("attempts", till.domain).all()
    for outcome, topic in (("challenged", "challenged"), ("settle", "success")):
        with till.sandbox.world.locked():
            attempts.settle(
                till.sandbox.world, till.domain, till.sandbox.world.of("attempts", till.domain)[row["id"]], outcome
            )
        till.hear(row["key"], topic=topic)
    attempt = till.the_attempt()
    assert (attempt.state, attempt.next_action_url, attempt.next_read_at) == ("settled", None, None)
    assert till.first_cycle().status == "BILLED"


def test_09_a_contract_paused_on_purpose_stays_paused_when_its_charge_succeeds(till: Till) -> None:
    """Success set the contract active again, also one that the merchant had paused meanwhile."""
    till.fault(settle={"manual": True})
    till.charge()
    rows = till.sandbox.world.of("contracts", till.domain)
    rows.put({**rows.all()[0], "status": "PAUSED", "revision_id": rows.all()[0]["revision_id"] + 1})
    till.mirror()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    assert (till.the_attempt().state, till.contract().status) == ("settled", "PAUSED")
    assert rows.all()[0]["status"] == "PAUSED"


def test_10_a_lost_failure_webhook_strands_no_cycle(till: Till) -> None:
    """A cycle whose failure webhook was lost matched no filter any more and was never looked at again."""
    till.fault(outcomes={"*": "CARD_DECLINED"})
    till.charge()
    till.sandbox.settle()
    till.wait(timedelta(minutes=6))
    till.look()
    assert till.the_attempt().state == "failed"
    assert len(till.facts("charge.failed")) == 1


def test_11_an_outcome_that_takes_days_is_still_found_by_whoever_runs_then(till: Till) -> None:
    """Completion was polled inside the web process a hundred times and then, or with its death, forgotten."""
    till.fault(settle={"manual": True})
    with crashpoints.armed("billing.after_call_before_record"), pytest.raises(Killed):
        till.charge()
    till.expire_leases()
    for _ in range(10):
        till.wait(timedelta(hours=7))
        till.look()
    till.sandbox.settle()
    till.wait(timedelta(hours=7))
    assert outcomes.drain(till.ctx) == 1
    assert till.the_attempt().state == "settled"


def test_12_a_throttled_shop_is_asked_again_when_its_bucket_has_filled(till: Till) -> None:
    """Nothing handled THROTTLED: a busy hour made jobs fail, and charges with them."""
    till.fault(throttle={"bucket": 1, "restore_rate": 1})
    till.charge()
    rest = till.first_cycle().lease_until
    assert till.attempts() == [] and rest is not None
    assert rest - machine_now() < timedelta(minutes=1), "as long as the bucket needs, not longer"
    till.fault(throttle={"bucket": 2000, "restore_rate": 1000})
    till.expire_leases()
    till.charge()
    assert (till.the_attempt().state, till.calls("AttemptCreate")) == ("requested", 1)
