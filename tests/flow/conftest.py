"""A till whose shop lets Flow hear everything, and whose app can be reached by the sandbox's Flow."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from sandbox.shopify import flow
from sandbox.testing import SandboxServer
from shopify_app.channels.flow import deliver, runs, settings
from shopify_app.channels.flow.models import FlowRun
from shopify_app.channels.flow.settings import Wanted
from shopify_app.channels.flow.triggers import BY_HANDLE, CHANNEL
from shopify_app.journal.models import Delivery
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import number_of
from tests.billing.conftest import sandbox_server, till
from tests.billing.till import Till
from tests.support.app import free_port, running_web

__all__ = ["sandbox_server", "till"]


@dataclass
class Works:
    """The verbs of a story about Flow."""

    till: Till

    def switch(self, *handles: str, is_on: bool = True, takes_actions: bool = True) -> None:
        """Switch triggers on, all of them when none is named."""
        wanted = Wanted(is_on, handles or tuple(BY_HANDLE), takes_actions)
        with self.till.ctx.db.session() as session:
            settings.change(session, self.till.shop_id, wanted, "merchant:42", self.till.now)

    def send(self) -> int:
        return deliver.drain(self.till.ctx)

    def waiting(self) -> tuple[int, int]:
        """What waits to be told, and to be done."""
        with self.till.ctx.db.session() as session:
            ends = self.till.now, machine_now()
            return deliver.waiting(session, *ends), runs.waiting(session, *ends)

    def heard(self) -> list[dict[str, Any]]:
        """What Flow was told."""
        return flow.events(self.till.sandbox.world, self.till.domain)

    def deliveries(self) -> list[Delivery]:
        return [row for row in self.till.deliveries() if row.channel == CHANNEL]

    def skip_waits(self) -> None:
        """Machine time passes: whatever waits may be tried again, and whoever held a lease is dead."""
        past = machine_now().replace(year=2020)
        self.till.expire_leases()
        with self.till.ctx.db.session() as session:
            session.execute(update(Delivery).values(next_try_at=past))
            session.execute(update(FlowRun).values(next_try_at=past))
            session.execute(update(FlowRun).where(FlowRun.lease_until.is_not(None)).values(lease_until=past))

    # --- actions ---

    @property
    def subscription(self) -> str:
        return number_of(self.till.contract().shopify_gid)

    def ask(self, action: str, *, times: int = 1, run_id: str = "run-1", **properties: str) -> None:
        """A workflow runs an action; what Flow sends waits until `deliver`."""
        given = {"subscription-id": self.subscription} | {key.replace("_", "-"): v for key, v in properties.items()}
        body = {"action": action, "properties": given, "run_id": run_id, "times": times}
        url = f"{self.till.sandbox.url}/flow/_control/{self.till.domain}/runs"
        answer = httpx.post(url, json=body, timeout=10)
        assert answer.status_code == 200, answer.text

    def deliver(self) -> None:
        """Flow sends what is due."""
        self.till.sandbox.drain()

    def act(self) -> int:
        return runs.drain(self.till.ctx)

    def runs(self) -> list[FlowRun]:
        with self.till.ctx.db.session() as session:
            return list(session.scalars(select(FlowRun).order_by(FlowRun.id)))

    def sent(self) -> list[dict[str, Any]]:
        """What Flow asked for, with what it was answered last."""
        answer = httpx.get(f"{self.till.sandbox.url}/flow/_control/{self.till.domain}/runs", timeout=10)
        return answer.json()


@pytest.fixture
def works(till: Till) -> Works:
    made = Works(till)
    made.switch()
    return made


@pytest.fixture
def acting(works: Works, sandbox_server: SandboxServer) -> Iterator[Works]:
    """The same, with the app's own web in front."""
    till, port = works.till, free_port()
    till.ctx = dataclasses.replace(till.ctx, settings=dataclasses.replace(till.ctx.settings, port=port))
    before = sandbox_server.config.url
    sandbox_server.point_at(f"http://127.0.0.1:{port}")
    with running_web(till.ctx):
        yield works
    sandbox_server.point_at(before)
