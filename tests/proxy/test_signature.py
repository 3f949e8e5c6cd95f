"""Only what Shopify forwarded, lately, and once: every other query is refused, whatever it looks like."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.gateways.shopify import proxy
from shopify_app.gateways.shopify.verify import BadToken

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
SECRET = "hush"
PLAIN = [
    ("shop", "rosebud-coffee.myshopify.com"),
    ("path_prefix", "/apps/perennial"),
    ("timestamp", str(int(NOW.timestamp()))),
    ("logged_in_customer_id", "42"),
]


def signed(pairs, secret=SECRET):
    """Shopify's own recipe, written down anew: sorted, repeated joined by a comma, nothing in between."""
    names = dict.fromkeys(name for name, _ in pairs)
    text = "".join(sorted(f"{n}={','.join(v for m, v in pairs if m == n)}" for n in names))
    return [*pairs, ("signature", hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest())]


def reason(pairs, now=NOW, secrets=(SECRET,)):
    try:
        proxy.read(pairs, secrets, now)
    except BadToken as error:
        return error.reason
    return None


def test_the_sample_of_shopifys_documentation_fits():
    documented = [
        ("extra", "1"),
        ("extra", "2"),
        ("shop", "shop-name.myshopify.com"),
        ("logged_in_customer_id", "1"),
        ("path_prefix", "/apps/awesome_reviews"),
        ("timestamp", "1317327555"),
        ("signature", "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"),
    ]
    found = proxy.read(documented, ["hush"], datetime.fromtimestamp(1317327555, UTC))
    assert (found.shop, found.customer_gid) == ("shop-name.myshopify.com", "gid://shopify/Customer/1")


def test_who_is_signed_in_is_told_and_nobody_is_nobody():
    assert proxy.read(signed(PLAIN), [SECRET], NOW).customer_gid == "gid://shopify/Customer/42"
    nobody = [*PLAIN[:3], ("logged_in_customer_id", "")]
    assert proxy.read(signed(nobody), [SECRET], NOW).customer_gid is None
    assert reason(signed(PLAIN, "old"), secrets=("new", "old")) is None, "while the secret is rotated"


def replaced(name, value):
    return [(n, value if n == name else v) for n, v in PLAIN]


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        (PLAIN, "missing"),
        ([*PLAIN, ("signature", "")], "missing"),
        ([*PLAIN, ("signature", "é")], "signature"),
        (signed(PLAIN, "another"), "signature"),
        ([*signed(PLAIN), ("logged_in_customer_id", "7")], "repeated"),
        (signed([*PLAIN, ("shop", "other.myshopify.com")]), "repeated"),
        (signed([*PLAIN, ("timestamp", "1")]), "repeated"),
        ([*signed(PLAIN), ("signature", "x")], "repeated"),
        (signed(replaced("timestamp", "soon")), "age"),
        (signed(replaced("timestamp", "9" * 30)), "age"),
        (signed([PLAIN[0], PLAIN[3]]), "age"),
        (signed(replaced("shop", "evil.example")), "shop"),
        (signed(replaced("logged_in_customer_id", "42,43")), "customer"),
        (signed(replaced("logged_in_customer_id", "gid://x")), "customer"),
    ],
)
def test_what_is_refused(pairs, why):
    assert reason(pairs) == why


@pytest.mark.parametrize(("seconds", "why"), [(90, None), (91, "age"), (-90, None), (-91, "age")])
def test_a_request_is_good_for_ninety_seconds(seconds, why):
    assert reason(signed(PLAIN), NOW + timedelta(seconds=seconds)) == why


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5), st.randoms())
def test_any_query_is_read_as_it_was_signed_in_any_order(own, random):
    own = [(name, value) for name, value in own if name not in proxy.ONCE]
    whole = signed([*PLAIN, *own])
    by_name = {}
    for name, value in whole:
        by_name.setdefault(name, []).append(value)
    names = list(by_name)
    random.shuffle(names)
    assert reason([(name, value) for name in names for value in by_name[name]]) is None


@given(st.lists(st.tuples(WORDS, WORDS), max_size=6))
def test_nothing_unsigned_gets_in_and_nothing_breaks(pairs):
    assert reason(pairs) is not None
