"""A shopper whose extension asks over HTTP. Every answer is held against the document, whatever it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from shopify_app.contracts.models import BillingCycle
from shopify_app.journal.models import Fact
from shopify_app.web.portal import document
from tests.support.app import Story

PREFIX = "/portal/v1"


@dataclass
class Shopper:
    """`contract` is theirs, `foreign` somebody else's; both are the numbers in Shopify's ids."""

    story: Story
    contract: int
    customer: int
    foreign: int

    def token(self, **claims: Any) -> str:
        """What the extension gets from Shopify: no issuer, the customer's gid (single claims can be replaced)."""
        said = {"iss": None, "sid": None, "sub": f"gid://shopify/Customer/{self.customer}"} | claims
        return self.story.control("POST", f"/shops/{self.story.shop_domain}/id_token", claims=said)["id_token"]

    def ask(
        self, method: str, path: str, *, body: Any = None, token: str | None = None, **headers: str
    ) -> httpx.Response:
        token = self.token() if token is None else token
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        # written by hand, because httpx refuses to send what is JSON and no text
        content = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        url, headers = f"{self.story.url}{PREFIX}{path}", bearer | kind | headers
        answer = httpx.request(method, url, content=content, headers=headers, timeout=15)
        check(method, path, answer)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def cycles(self) -> list[dict[str, Any]]:
        return self.get(f"/contracts/{self.contract}/cycles")["cycles"]

    def act(self, action: str, *, index: int | None = None, preview: bool = False, **body: Any) -> httpx.Response:
        """Act on the next date, or on that of `index`."""
        index = self.cycles()[0]["index"] if index is None else index
        tail = "/preview" if preview else ""
        given = {name.rstrip("_"): value for name, value in body.items()}
        return self.ask("POST", f"/contracts/{self.contract}/cycles/{index}/{action}{tail}", body=given)

    def deed(self, action: str, key: str | None = None, *, preview: bool = False, **body: Any) -> httpx.Response:
        """Do something with the whole subscription."""
        tail, keyed = ("/preview" if preview else ""), ({"Idempotency-Key": key} if key else {})
        return self.ask("POST", f"/contracts/{self.contract}/actions/{action}{tail}", body=body, **keyed)

    def date_deed(
        self, action: str, key: str | None = None, *, index: int | None = None, preview: bool = False, **body: Any
    ) -> httpx.Response:
        """Do something with the order of the next date, or of that of `index`."""
        index = self.cycles()[0]["index"] if index is None else index
        tail, keyed = ("/preview" if preview else ""), ({"Idempotency-Key": key} if key else {})
        return self.ask("POST", f"/contracts/{self.contract}/cycles/{index}/{action}{tail}", body=body, **keyed)

    def date_options(self, index: int | None = None, **headers: str) -> dict[str, dict[str, Any]]:
        index = self.cycles()[0]["index"] if index is None else index
        found = self.get(f"/contracts/{self.contract}/cycles/{index}/options", **headers)["actions"]
        return {each["action"]: each for each in found}

    def undo(self, key: str) -> httpx.Response:
        return self.ask("POST", f"/contracts/{self.contract}/undo", body={"key": key})

    def options(self, **headers: str) -> dict[str, dict[str, Any]]:
        found = self.get(f"/contracts/{self.contract}/options", **headers)["actions"]
        return {each["action"]: each for each in found}

    def row(self, index: int) -> BillingCycle:
        with self.story.ctx.db.session() as session:
            query = session.query(BillingCycle).filter_by(cycle_index=index)
            return query.order_by(BillingCycle.contract_id).first()

    def facts(self, kind: str) -> list[Fact]:
        with self.story.ctx.db.session() as session:
            return session.query(Fact).filter_by(kind=kind).order_by(Fact.id).all()


def check(method: str, path: str, answer: httpx.Response) -> None:
    """Fail unless the document promises exactly such an answer."""
    operation = _operation(method.lower(), path.split("?")[0])
    if operation is None:
        assert answer.status_code in (404, 405)
        return _valid("Problem", answer)
    said = operation["responses"].get(str(answer.status_code))
    assert said, f"{method} {path}: {answer.status_code} is not in the document"
    (media_type, content), *_ = said["content"].items()
    assert answer.headers["Content-Type"].split(";")[0] == media_type
    _valid(content["schema"]["$ref"].rsplit("/", 1)[1], answer)


def _operation(method: str, path: str) -> dict[str, Any] | None:
    asked = path.strip("/").split("/")
    for pattern, operations in _document()["paths"].items():
        parts = pattern.strip("/").split("/")
        fits = len(parts) == len(asked) and all(
            a == b or a.startswith("{") for a, b in zip(parts, asked, strict=True)
        )
        if fits and method in operations:
            return operations[method]
    return None


def _valid(name: str, answer: httpx.Response) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": _document()["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer.json())


@cache
def _document() -> dict[str, Any]:
    return document.build()
