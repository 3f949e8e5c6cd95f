"""A second opinion: Shopify's own Python package judges the same webhooks and id tokens as our code.

It is installed into a folder of its own and run in a subprocess (decision 0001). Where the two disagree, the case
is listed here with its reason; any other disagreement fails.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import jwt
import pytest

from shopify_app.config import Settings
from shopify_app.gateways.shopify.verify import BadToken, decode_id_token, secrets_of, webhook_ok

HERE = Path(__file__).parent
LOCK = HERE / "shopifyapp.lock"
FOLDER = HERE.parents[1] / ".perennial" / "oracle"

SHOP, OTHER = "rosebud-coffee.myshopify.com", "other-coffee.myshopify.com"
NEW, OLD, WRONG = "new-secret" * 7, "old-secret" * 7, "not-ours-at-all" * 5
SETTINGS = Settings(api_key="our-key", api_secret=NEW, api_secret_old=OLD)

DISAGREEMENTS = {
    "a letter beyond ascii": "theirs raises TypeError; ours answers 401",
    "no expiry": "theirs takes a token that lives for ever",
    "a customer's subject": "theirs lets a customer in as a merchant",
    "no issuer": "theirs does not ask who signed for which shop",
    "no destination": "theirs is content without the claim that names the shop",
    "issuer of another shop": "theirs never compares issuer and destination",
    "issuer without /admin": "theirs does not look at the issuer's path, which tells merchants from customers",
    "destination is no shop": "theirs takes any host for a shop",
}
"""Kind of case → why ours is stricter. Nothing here may be looser than theirs."""


@dataclass(frozen=True)
class Case:
    """One request; `kind_of` names what was done to it."""

    kind_of: str
    kind: str
    headers: dict[str, str]
    body: str = ""


@pytest.fixture(scope="session")
def oracle() -> Path:
    """The folder with `shopifyapp`, installed once per lock; skipped only where nothing can be fetched."""
    stamp = FOLDER / hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists():
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--target", FOLDER]
        done = subprocess.run([*command, "-r", LOCK], capture_output=True, text=True, timeout=120)
        if done.returncode and not os.environ.get("CI"):
            pytest.skip("shopifyapp could not be installed: " + done.stderr.strip().splitlines()[-1])
        assert done.returncode == 0, done.stderr
        stamp.touch()
    return FOLDER


def ask(oracle: Path, cases: list[Case]) -> list[bool | str]:
    keys = {"client_id": "our-key", "client_secret": NEW, "old_client_secret": OLD}
    document = keys | {"cases": [{"kind": c.kind, "headers": c.headers, "body": c.body} for c in cases]}
    done = subprocess.run(
        [sys.executable, HERE / "verdicts.py"],
        input=json.dumps(document),
        env={"PYTHONPATH": str(oracle), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answers: list[bool | str] = json.loads(done.stdout)
    return answers


# --- webhooks


def signature(body: str, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()).decode()


def webhooks() -> list[Case]:
    dice, cases = Random(20261124), []
    for number in range(40):
        body = json.dumps(
            {"id": number, "name": dice.choice(["Ann", "Zoë", "李", ""])}, ensure_ascii=dice.random() < 0.5
        )
        right = signature(body, NEW)
        spot = dice.randrange(len(right) - 2)
        other = "A" if right[spot] != "A" else "B"
        for kind_of, header, sent in [
            ("current secret", right, body),
            ("old secret", signature(body, OLD), body),
            ("foreign secret", signature(body, WRONG), body),
            ("one letter changed", right[:spot] + other + right[spot + 1 :], body),
            ("cut short", right[:-1], body),
            ("not base64", "*" + right, body),
            ("a letter beyond ascii", "é" + right[1:], body),
            ("body changed", right, body + " "),
            ("lower case", right.lower(), body),
        ]:
            headers = {
                "X-Shopify-Hmac-Sha256": header,
                "X-Shopify-Shop-Domain": SHOP,
                "X-Shopify-Topic": "shop/update",
            }
            cases.append(Case(kind_of, "webhook", headers, sent))
    return cases


def our_webhook_verdict(case: Case) -> bool:
    return webhook_ok(case.body.encode(), case.headers["X-Shopify-Hmac-Sha256"], secrets_of(SETTINGS))


# --- id tokens


def id_tokens() -> list[Case]:
    now = int(time.time())
    changes: list[tuple[str, dict[str, Any], str]] = [
        ("right", {}, NEW),
        ("old secret", {}, OLD),
        ("foreign secret", {}, WRONG),
        ("expired", {"exp": now - 60}, NEW),
        ("not yet valid", {"nbf": now + 60}, NEW),
        ("eight seconds late", {"exp": now - 7}, NEW),
        ("another app", {"aud": "another"}, NEW),
        ("no audience", {"aud": None}, NEW),
        ("no expiry", {"exp": None}, NEW),
        ("a customer's subject", {"sub": "gid://shopify/Customer/7"}, NEW),
        ("no issuer", {"iss": None}, NEW),
        ("issuer of another shop", {"iss": f"https://{OTHER}/admin"}, NEW),
        ("issuer without /admin", {"iss": f"https://{SHOP}"}, NEW),
        ("destination is no shop", {"iss": "https://evil.com/admin", "dest": "https://evil.com"}, NEW),
        ("no destination", {"dest": None}, NEW),
    ]
    cases = []
    for shop in (SHOP, "a.myshopify.com", "x-1-y.myshopify.com"):
        for kind_of, change, secret in changes:
            base = {"iss": f"https://{shop}/admin", "dest": f"https://{shop}", "aud": "our-key", "sub": "42",
                    "exp": now + 60, "nbf": now, "iat": now, "jti": "j", "sid": "s"} | change  # fmt: skip
            token = jwt.encode({name: value for name, value in base.items() if value is not None}, secret, "HS256")
            for kind, sent in (
                (kind_of, token),
                ("cut short", token[:-3]),
                ("no signature", token.rsplit(".", 1)[0]),
            ):
                cases.append(Case(kind, "id_token", {"Authorization": f"Bearer {sent}"}))
    return cases


def our_id_token_verdict(case: Case) -> bool:
    try:
        decode_id_token(case.headers["Authorization"].removeprefix("Bearer "), SETTINGS)
    except BadToken:
        return False
    return True


# --- the comparison


@pytest.mark.parametrize(("make", "ours"), [(webhooks, our_webhook_verdict), (id_tokens, our_id_token_verdict)])
def test_shopifys_own_package_judges_as_we_do_but_for_the_listed_cases(oracle: Path, make: Any, ours: Any) -> None:
    cases = make()
    theirs = ask(oracle, cases)
    mine = [ours(case) for case in cases]
    assert True in mine and False in mine
    differing = {case.kind_of for case, a, b in zip(cases, mine, theirs, strict=True) if a != b}
    assert differing == {case.kind_of for case in cases} & set(DISAGREEMENTS)
    looser = {case.kind_of for case, a, b in zip(cases, mine, theirs, strict=True) if a and b is not True}
    assert not looser, "what Shopify's package refuses, we refuse"
