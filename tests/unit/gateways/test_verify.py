"""What passes for Shopify and what does not, without a server."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.config import Settings
from shopify_app.gateways.shopify.verify import (
    BadToken,
    decode_id_token,
    oauth_ok,
    permission_url,
    secrets_of,
    shop_domain,
    webhook_ok,
)

SHOP = "rosebud-coffee.myshopify.com"
NEW, OLD = "new-secret" * 7, "old-secret" * 7
SETTINGS = Settings(api_key="our-key", api_secret=NEW, api_secret_old=OLD, scopes="read_orders,write_products")
NOW = datetime.now(UTC)


def id_token(secret: str = NEW, algorithm: str = "HS256", **changes: Any) -> str:
    stamp = int(datetime.now(UTC).timestamp())
    claims = {"iss": f"https://{SHOP}/admin", "dest": f"https://{SHOP}", "aud": "our-key", "sub": "42",
              "exp": stamp + 60, "nbf": stamp, "iat": stamp, "jti": "1", "sid": "s"} | changes  # fmt: skip
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm)


def signature(body: bytes, secret: str = NEW) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def oauth_query(secret: str = NEW, at: datetime = NOW, **changes: str) -> dict[str, list[str]]:
    query = {"code": "c", "shop": SHOP, "state": "s", "timestamp": str(int(at.timestamp()))} | changes
    text = "&".join(f"{name}={query[name]}" for name in sorted(query))
    query["hmac"] = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {name: [value] for name, value in query.items()}


class TestWebhooks:
    def test_a_body_signed_with_the_current_or_the_old_secret_is_shopifys(self) -> None:
        assert webhook_ok(b"{}", signature(b"{}"), [NEW, OLD])
        assert webhook_ok(b"{}", signature(b"{}", OLD), [NEW, OLD])
        assert not webhook_ok(b"{}", signature(b"{}", OLD), [NEW])

    @pytest.mark.parametrize("header", [None, "", "é", "\ud800", "not base64!", "AAAA", signature(b"{ }"), " "])
    def test_a_missing_foreign_or_unreadable_signature_is_not(self, header: str | None) -> None:
        assert not webhook_ok(b"{}", header, [NEW, OLD])

    @given(st.text(max_size=60), st.binary(max_size=60))
    def test_no_header_makes_it_raise(self, header: str, body: bytes) -> None:
        assert webhook_ok(body, header, [NEW]) == (header == signature(body))

    def test_an_app_without_secret_trusts_nobody(self) -> None:
        assert not webhook_ok(b"", signature(b"", ""), secrets_of(Settings(api_key="k", api_secret="")))


class TestOAuthQueries:
    def test_a_query_signed_just_now_is_shopifys(self) -> None:
        assert oauth_ok(oauth_query(), [NEW], NOW)
        assert oauth_ok(oauth_query(OLD), [NEW, OLD], NOW)

    @pytest.mark.parametrize("age", [-91, 91, 86_000])
    def test_an_old_or_future_one_is_not(self, age: int) -> None:
        assert not oauth_ok(oauth_query(at=NOW - timedelta(seconds=age)), [NEW], NOW)

    @pytest.mark.parametrize("age", [-89, 89])
    def test_ninety_seconds_are_borne_either_way(self, age: int) -> None:
        assert oauth_ok(oauth_query(at=NOW - timedelta(seconds=age)), [NEW], NOW)

    def test_another_shop_in_a_signed_query_is_noticed(self) -> None:
        assert not oauth_ok(oauth_query() | {"shop": ["evil.myshopify.com"]}, [NEW], NOW)

    def test_a_name_given_twice_is_refused_even_if_one_reading_is_signed(self) -> None:
        assert not oauth_ok(oauth_query() | {"shop": [SHOP, SHOP]}, [NEW], NOW)

    @pytest.mark.parametrize("timestamp", ["", "now", "1e9", "١٢٣", "9" * 30])
    def test_a_timestamp_that_is_no_number_is_refused(self, timestamp: str) -> None:
        assert not oauth_ok(oauth_query(timestamp=timestamp), [NEW], NOW)

    def test_without_or_with_an_odd_hmac_it_is_refused(self) -> None:
        assert not oauth_ok({"shop": [SHOP]}, [NEW], NOW)
        assert not oauth_ok(oauth_query() | {"hmac": ["é"]}, [NEW], NOW)


class TestIdTokens:
    @pytest.mark.parametrize("secret", [NEW, OLD])
    def test_a_merchants_token_names_shop_and_user(self, secret: str) -> None:
        claims = decode_id_token(id_token(secret), SETTINGS)
        assert (claims.shop, claims.user_id) == (SHOP, 42)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"exp": int(NOW.timestamp()) - 3600}, "expired"),
            ({"exp": None}, "malformed"),
            ({"exp": 1e400}, "malformed"),
            ({"exp": "soon"}, "malformed"),
            ({"nbf": int(NOW.timestamp()) + 3600}, "malformed"),
            ({"aud": "another-app"}, "audience"),
            ({"aud": ["our-key", "another-app"]}, "audience"),
            ({"aud": None}, "malformed"),
            ({"sub": None}, "malformed"),
            ({"sub": "gid://shopify/Customer/7"}, "subject"),
            ({"sub": "٤٢"}, "subject"),
            ({"sub": ""}, "subject"),
            ({"sub": 42}, "malformed"),
            ({"iss": f"https://{SHOP}"}, "issuer"),
            ({"iss": f"https://{SHOP}/admin/x"}, "issuer"),
            ({"iss": "https://other.myshopify.com/admin"}, "issuer"),
            ({"iss": f"http://{SHOP}/admin"}, "issuer"),
            ({"dest": "https://evil.com", "iss": "https://evil.com/admin"}, "destination"),
            ({"dest": SHOP}, "destination"),
            ({"dest": f"https://{SHOP}.evil.com"}, "destination"),
            ({"dest": f"https://{SHOP}\n"}, "destination"),
            ({"dest": ["https://" + SHOP]}, "destination"),
            ({"dest": None}, "malformed"),
        ],
    )
    def test_any_other_claim_is_refused(self, changes: dict[str, Any], reason: str) -> None:
        with pytest.raises(BadToken) as caught:
            decode_id_token(id_token(**changes), SETTINGS)
        assert caught.value.reason == reason

    def test_ten_seconds_of_drift_are_borne(self) -> None:
        assert decode_id_token(id_token(exp=int(datetime.now(UTC).timestamp()) - 8), SETTINGS).shop == SHOP

    def test_another_secret_or_algorithm_is_refused(self) -> None:
        for token in (
            id_token("someone-elses-secret-32-characters"),
            id_token(algorithm="HS512"),
            id_token("", "none"),
        ):
            with pytest.raises(BadToken):
                decode_id_token(token, SETTINGS)

    @given(st.text(max_size=80))
    def test_no_text_makes_it_raise_anything_else(self, text: str) -> None:
        with pytest.raises(BadToken):
            decode_id_token(text, SETTINGS)

    def test_neither_token_nor_session_is_shown_by_repr(self) -> None:
        assert "sid" not in repr(decode_id_token(id_token(), SETTINGS))


class TestShopDomains:
    @pytest.mark.parametrize("text", [SHOP, SHOP.upper(), f" {SHOP} ", f"https://{SHOP}", "rosebud-coffee"])
    def test_a_shop_is_known_however_it_is_written(self, text: str) -> None:
        assert shop_domain(text) == SHOP

    @pytest.mark.parametrize(
        "text",
        [None, "", "evil.com", f"evil.com/{SHOP}", f"{SHOP}.evil.com", f"{SHOP}@evil.com", f"a.{SHOP}", f"{SHOP}:80",
         "-a.myshopify.com", f"x\\.{SHOP}", "a\x00.myshopify.com", "https://[::1"],
    )  # fmt: skip
    def test_anything_else_is_no_shop(self, text: str | None) -> None:
        assert shop_domain(text) is None

    @given(st.text(max_size=60))
    def test_no_text_makes_it_raise(self, text: str) -> None:
        found = shop_domain(text)
        assert found is None or found.endswith(".myshopify.com")


def test_the_consent_screen_is_asked_for_with_our_key_scopes_and_state() -> None:
    url = permission_url(SETTINGS, SHOP, "https://app.example.com/auth/callback", "st")
    assert url == (
        f"https://{SHOP}/admin/oauth/authorize?client_id=our-key&scope=read_orders%2Cwrite_products"
        "&redirect_uri=https%3A%2F%2Fapp.example.com%2Fauth%2Fcallback&state=st"
    )
