"""One GraphQL call to one shop: timeout, named errors, and the cost Shopify says it had.

It retries nothing by itself except a short throttle wait on request: whether a call may be repeated is the
caller's knowledge (a query always, a money mutation only with the same key).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import httpx

from shopify_app.gateways.shopify.documents import operation
from shopify_app.gateways.shopify.errors import (
    AccessDenied,
    BadRequest,
    NeverLeft,
    ServerFault,
    ShopifyError,
    Throttled,
    TokenRefused,
    Unreachable,
    UserError,
    UserErrors,
)
from shopify_app.kit.clock import monotonic, sleep

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=10.0, pool=5.0)


@dataclass(frozen=True)
class Cost:
    """Points of one call and the bucket after it; `restore_rate` is points per second."""

    requested: int = 0
    actual: int = 0
    available: float = 1000.0
    maximum: float = 1000.0
    restore_rate: float = 50.0


@dataclass(frozen=True)
class Answer:
    """The `data` of a GraphQL answer and its cost."""

    data: dict[str, Any]
    cost: Cost = field(default_factory=Cost)


class AdminClient:
    """Speaks Admin GraphQL to one shop with one token. Made per unit of work; the connection pool is shared."""

    def __init__(self, http: httpx.Client, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._token = token
        self.cost = Cost()
        """Of the last call that was answered: its points, and the shop's bucket after it."""

    def __repr__(self) -> str:
        return f"AdminClient({self._url})"

    def run(self, name: str, variables: dict[str, Any] | None = None, patience: float = 0.0) -> Answer:
        """Run operations/<name>.graphql and return its answer.

        `patience`: seconds of machine time this call may wait in all for a throttled bucket (queries in a worker:
        a few; requests of a person: 1; money mutations: 0).
        Raises Unreachable (NeverLeft), ServerFault, Throttled, TokenRefused, AccessDenied or BadRequest.
        """
        return self.run_text(operation(name), variables, name=name, patience=patience)

    def run_text(
        self, text: str, variables: dict[str, Any] | None = None, *, name: str = "", patience: float = 0.0
    ) -> Answer:
        """Like `run`, for a whole document put together at run time (aliased queries)."""
        deadline = monotonic() + patience
        while True:
            try:
                return self._once(text, variables or {}, name)
            except Throttled as throttled:
                if monotonic() + throttled.wait_seconds > deadline:
                    raise
                sleep(throttled.wait_seconds)

    def mutate(self, name: str, variables: dict[str, Any], root: str) -> dict[str, Any]:
        """Run a mutation once and return the payload under `root`; raises UserErrors when it holds any."""
        payload: dict[str, Any] = self.run(name, variables).data[root] or {}
        problems = payload.get("userErrors") or []
        if problems:
            raise UserErrors([_user_error(problem) for problem in problems])
        return payload

    def _once(self, text: str, variables: dict[str, Any], name: str) -> Answer:
        started = monotonic()
        try:
            response = self._http.post(
                self._url,
                json={"query": text, "variables": variables},
                headers={"X-Shopify-Access-Token": self._token},
                timeout=TIMEOUT,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NeverLeft(f"{name or 'query'}: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise Unreachable(f"{name or 'query'}: {type(error).__name__}") from error
        log.debug("graphql", extra={"op": name, "status": response.status_code, "s": round(monotonic() - started, 3)})
        answer = _read(response, name or "query")
        self.cost = answer.cost
        return answer


def _read(response: httpx.Response, name: str) -> Answer:
    _raise_for_status(response, name)
    try:
        body = response.json()
    except ValueError as error:
        raise ServerFault(f"{name}: the answer is not JSON") from error
    cost = _cost(body)
    if body.get("errors"):
        raise _graphql_error(body["errors"], cost, name, body.get("data"))
    if not isinstance(body.get("data"), dict):
        raise ServerFault(f"{name}: the answer holds no data")
    return Answer(body["data"], cost)


def _raise_for_status(response: httpx.Response, name: str) -> None:
    status = response.status_code
    if status == 401:
        raise TokenRefused(f"{name}: Shopify refused the access token")
    if status == 429:
        raise Throttled(f"{name}: HTTP 429", _retry_after(response))
    if status in (402, 403, 404, 423):
        raise AccessDenied(f"{name}: HTTP {status}")
    if status >= 500:
        raise ServerFault(f"{name}: HTTP {status}")
    if status != 200:
        raise BadRequest(f"{name}: HTTP {status}")


def _retry_after(response: httpx.Response) -> float:
    try:
        return max(0.1, float(response.headers.get("Retry-After", "2")))
    except ValueError:
        return 2.0


def _cost(body: dict[str, Any]) -> Cost:
    cost = (body.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    return Cost(
        requested=int(cost.get("requestedQueryCost") or 0),
        actual=int(cost.get("actualQueryCost") or 0),
        available=float(status.get("currentlyAvailable", 1000)),
        maximum=float(status.get("maximumAvailable", 1000)),
        restore_rate=float(status.get("restoreRate", 50)) or 50.0,
    )


def _graphql_error(errors: list[dict[str, Any]], cost: Cost, name: str, data: Any) -> ShopifyError:
    codes = [str((error.get("extensions") or {}).get("code", "")) for error in errors]
    message = f"{name}: " + "; ".join(str(error.get("message", "")) for error in errors[:3])
    if "THROTTLED" in codes:
        # Shopify docs, API limits: wait until the bucket holds what was asked for.
        missing = max(1.0, cost.requested - cost.available)
        return Throttled(message, missing / cost.restore_rate)
    answered = isinstance(data, dict) and any(value is not None for value in data.values())
    if "ACCESS_DENIED" in codes and not answered:
        return AccessDenied(message)
    if "INTERNAL_SERVER_ERROR" in codes or isinstance(data, dict):
        # `data` is there: the document was run and failed on the way, so a mutation may have been carried out
        return ServerFault(message)
    return BadRequest(message)


def _user_error(problem: dict[str, Any]) -> UserError:
    return UserError(
        code=str(problem.get("code") or "INVALID"),
        message=str(problem.get("message") or ""),
        field=tuple(str(part) for part in problem.get("field") or ()),
    )
