"""Klaviyo through its official SDK, made predictable: one try, two timeouts, our own errors.

The SDK retries by itself, sleeps as long as Retry-After says and has no default timeout (klaviyo-api 25.0.0,
read and run); our deliveries own all of that, so it is switched off here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

import urllib3
from klaviyo_api import KlaviyoAPI
from openapi_client.exceptions import ApiException, OpenApiException
from pydantic import ValidationError

from shopify_app.gateways.klaviyo.errors import (
    BodyRefused,
    KeyRefused,
    KlaviyoError,
    Limited,
    ProfileConflict,
    Stumbled,
    Unavailable,
    Unexpected,
)

TIMEOUT = (3.05, 10.0)
"""Connect and read, in seconds."""
BULK_TIMEOUT = (3.05, 30.0)
"""A thousand events are up to five megabytes."""
BULK_PATH = "/api/event-bulk-create-jobs"
JSON_API = "application/vnd.api+json"
AUTH = ["Klaviyo-API-Key", "OAuth"]
"""The ways to sign a request, by their names in the SDK: it takes the one that it has been given a key for."""


@dataclass(frozen=True)
class Account:
    """The account behind a key. `sender_email`: from where it sends by default, empty when it has none."""

    id: str
    name: str
    currency: str
    timezone: str
    sender_email: str = ""


class KlaviyoClient:
    """One key's client. Cheap after the first; keeps a connection pool, so make it after any fork."""

    def __init__(self, key: str, base_url: str = "https://a.klaviyo.com") -> None:
        self._api = KlaviyoAPI(
            key, max_retries=1, test_host=base_url, options={"USE_DICTIONARY_FOR_RESPONSE_DATA": True}
        )
        pool = self._api.api_client.rest_client.pool_manager
        # urllib3 would repeat a GET on its own, below the SDK.
        pool.connection_pool_kw["retries"] = urllib3.Retry(total=0, redirect=0, respect_retry_after_header=False)

    def __repr__(self) -> str:
        return "KlaviyoClient(…)"  # the SDK's own repr prints the key

    def account(self) -> Account:
        """Return the account this key belongs to. Raises KlaviyoError; KeyRefused needs another key.

        Klaviyo allows it once a second and 15 times a minute.
        """
        answer = self._call(lambda: self._api.Accounts.get_accounts(_request_timeout=TIMEOUT))
        try:
            entry = answer["data"][0]
            attributes = entry["attributes"]
            contact = attributes.get("contact_information") or {}
            return Account(
                id=str(entry["id"]),
                name=str(contact.get("organization_name") or entry["id"]),
                currency=str(attributes.get("preferred_currency") or ""),
                timezone=str(attributes.get("timezone") or ""),
                sender_email=str(contact.get("default_sender_email") or ""),
            )
        except (KeyError, IndexError, TypeError) as error:
            raise Unexpected("get_accounts: the answer names no account") from error

    def create_event(self, body: dict[str, Any]) -> None:
        """Hand one event over (POST /api/events). Returns when Klaviyo *accepted* it (202), which is not *stored*.

        `body` is the whole JSON:API document with `unique_id` and `time` fixed, so repeating it is the same event.
        Raises KlaviyoError.
        """
        self._call(lambda: self._api.Events.create_event_with_http_info(body, _request_timeout=TIMEOUT))

    def bulk_create_events(self, body: dict[str, Any]) -> None:
        """Hand up to 1,000 events over (POST /api/event-bulk-create-jobs): all are accepted (202), or none.

        The answer has no body and names no job, so what became of each event is not heard (Klaviyo docs: bulk create
        events). Raises KlaviyoError; BodyRefused points at the event that spoils the request.
        """
        self._call(lambda: self._post(BULK_PATH, body, BULK_TIMEOUT))

    def upsert_profile(self, body: dict[str, Any]) -> None:
        """Make or change one profile (POST /api/profile-import). An absent field is left alone, null clears it.

        Raises KlaviyoError; ProfileConflict when its identifiers belong to two profiles.
        """
        self._call(lambda: self._api.Profiles.create_or_update_profile_with_http_info(body, _request_timeout=TIMEOUT))

    def _post(self, path: str, body: dict[str, Any], timeout: tuple[float, float]) -> None:
        """What the SDK's own method does, by the same client of the SDK, without the models in between.

        Those copy a thousand events four times before they are written as JSON, which takes a second and adds
        nothing: what is sent was rendered from the catalogue, and Klaviyo judges it.
        """
        client = self._api.api_client
        headers = {"Accept": JSON_API, "Content-Type": JSON_API}
        method, url, headers, _, _ = client.param_serialize("POST", path, header_params=headers, auth_settings=AUTH)
        answer = client.call_api(method, url, headers, body, _request_timeout=timeout)
        answer.read()
        client.response_deserialize(answer, {"4XX": "object", "5XX": "object"})

    def _call(self, action: Any) -> Any:
        try:
            return action()
        except ApiException as error:
            _raise_for(error)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"no answer: {type(error).__name__}") from error
        except (OpenApiException, LookupError, TypeError) as error:
            raise Stumbled(f"the SDK failed: {type(error).__name__}") from None
        except (ValidationError, AttributeError) as error:
            # Refused by the SDK before it was sent. The message would quote our values.
            raise BodyRefused(f"the SDK refused the body: {type(error).__name__}", ()) from None
        except ValueError as error:
            raise Stumbled(f"the SDK failed: {type(error).__name__}") from None


def _raise_for(error: ApiException) -> NoReturn:
    status = int(error.status or 0)
    problems = _problems(error.body)
    words = "; ".join(f"{p.get('code', '')} {_pointer(p)}".strip() for p in problems) or "no details"
    raise _named(status, f"HTTP {status}: {words}", problems, error) from None


def _named(status: int, message: str, problems: list[dict[str, Any]], error: ApiException) -> KlaviyoError:
    if status in (401, 403):
        return KeyRefused(message, status)
    if status == 429:
        return Limited(message, _retry_after(error))
    if status == 409:
        return ProfileConflict(message, tuple(_pointer(p) for p in problems))
    if status in (400, 413, 422):
        return BodyRefused(message, tuple(_pointer(p) for p in problems))
    if status >= 500 or status == 0:
        return Unavailable(message)
    return Unexpected(message)


def _problems(body: Any) -> list[dict[str, Any]]:
    # Parsed from the raw text: the SDK's typed copy loses status and meta, and HTML from a CDN is no JSON.
    try:
        errors = json.loads(body)["errors"]
        return [problem for problem in errors if isinstance(problem, dict)]
    except (TypeError, ValueError, KeyError):
        return []


def _pointer(problem: dict[str, Any]) -> str:
    return str((problem.get("source") or {}).get("pointer") or "")


def _retry_after(error: ApiException) -> float:
    headers = error.headers or {}
    try:
        return max(1.0, float(headers.get("Retry-After") or headers.get("retry-after") or 1))
    except (TypeError, ValueError):
        return 10.0
