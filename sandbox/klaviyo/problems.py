"""What Klaviyo answers when it refuses: JSON:API errors, as recorded from the real API by other projects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One entry of `errors[]`. `pointer` names the place in the request body, `parameter` the query parameter."""

    status: int
    code: str
    title: str
    detail: str
    pointer: str | None = "/data/"
    parameter: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    def to_json(self, error_id: str) -> dict[str, Any]:
        """The entry under this id; Klaviyo's id equals the answer's X-Klaviyo-Req-Id header."""
        source = {"parameter": self.parameter} if self.parameter else {"pointer": self.pointer}
        return {
            "id": error_id,
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "source": source,
            "links": {},
            "meta": self.meta,
        }


class Refused(Exception):
    """The request is answered with these problems; the first one's status is the answer's."""

    def __init__(self, *problems: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__("; ".join(problem.detail for problem in problems))
        self.problems = problems
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return self.problems[0].status


def invalid(detail: str, pointer: str) -> Problem:
    """400: a value that Klaviyo does not take."""
    return Problem(400, "invalid", "Invalid input.", detail, pointer)


def malformed() -> Problem:
    """400: not a JSON object at all."""
    return invalid("The payload provided in the request is invalid.", "/data")


def not_authenticated() -> Refused:
    """401, with the header that names both schemes."""
    title = "Authentication credentials were not provided."
    problem = Problem(401, "not_authenticated", title, "Missing or invalid private key.")
    return Refused(problem, headers={"Www-Authenticate": "Bearer, Klaviyo-API-Key"})


def permission_denied() -> Refused:
    """403: the key lives, but lacks the scope. Klaviyo's recorded text does not say which."""
    title = "You do not have permission to perform this action."
    return Refused(Problem(403, "permission_denied", title, title))


def throttled(seconds: int) -> Refused:
    """429; Klaviyo then sends Retry-After and no RateLimit headers."""
    detail = f"Request was throttled. Expected available in {seconds} second{'s' if seconds != 1 else ''}."
    problem = Problem(429, "throttled", "Request was throttled.", detail, "/data")
    return Refused(problem, headers={"Retry-After": str(seconds)})
