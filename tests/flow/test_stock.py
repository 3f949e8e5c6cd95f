"""What the stock core really tells is what Flow takes: short, waiting, and back again."""

from __future__ import annotations

from datetime import timedelta

from sandbox.testing import SandboxServer
from tests.flow.conftest import Works
from tests.stock.shelf import stocked
from tests.stock.test_short_story import day


def test_a_short_item_is_told_to_flow_from_low_to_back(sandbox_server: SandboxServer, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 5, [day(5), day(8)]) as shelf:
        works = Works(shelf.till)
        works.switch()
        shelf.put(1)
        works.send()
        (low,) = works.heard()
        assert low["handle"] == "stock-low"
        said = low["payload"]
        assert (said["If nothing is chosen"], said["Charge date"], said["Choose until"]) == (
            "delay", "2026-12-08", "2026-12-07",
        )  # fmt: skip
        assert (said["Done by"], said["Available"], said["product_id"] > 0) == ("policy", 1, True)
        shelf.until(day(8) + timedelta(hours=1), step=timedelta(days=3))
        works.send()
        shelf.put(3)
        works.send()
        told = [event for event in works.heard() if event["handle"].startswith("stock-")]
        assert [event["handle"] for event in told] == ["stock-low", "stock-delayed", "stock-back"]
        delayed = told[1]["payload"]
        assert delayed["Charge date before"] == "2026-12-08" < delayed["Charge date"]
        assert [row.reason for row in works.deliveries() if row.state == "parked"] == []
