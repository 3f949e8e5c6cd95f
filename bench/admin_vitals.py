"""How fast the merchant's pages are in a browser: `python -m bench.admin_vitals [contracts] [rounds]`.

A shop (`bench/full_shop.py`) is served as `perennial web` does and opened in the sandbox's admin by Chromium, in its
frame, as a merchant opens it. Each page is loaded so many times, used by keyboard and pointer, and judged by the
web-vitals library inside the frame: LCP, CLS, and INP (which knows nothing below 16 ms). Printed for each page: the
75th percentile of each, as Shopify judges; the server's share of the LCP; and the processor time of one load in
Python and in PostgreSQL, which other work on the machine does not stretch. Goals: LCP 1.0 s, CLS 0.05, INP 100 ms.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import full_shop, processors, servers
from bench.idle_tick import _fresh_database as fresh_database
from sandbox.seeds import tiny
from shopify_app import wiring
from shopify_app.config import read
from shopify_app.demo import postgres
from shopify_app.demo.embedded import ensure_postgres, ensure_valkey, stop_postgres, stop_valkey
from tests.support.app import environ_for, free_port, running_sandbox
from tests.support.chromium import FLAGS, find_chromium
from tests.web import rows

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".perennial" / "bench-vitals"
HANDLE = tiny.SHOP.removesuffix(".myshopify.com")
LIBRARY = ROOT / "node_modules/web-vitals/dist/web-vitals.iife.js"
GOALS = {"LCP": 1000.0, "CLS": 0.05, "INP": 100.0}
QUIET_MS = 400
"""Without a change of the page for so long, it is taken for done."""
PAGES = {
    "Home": "/",
    "Subscriptions": "/contracts",
    "Subscriptions, a search": "/contracts?q=grace+hopper",
    "Subscriptions, mistyped": "/contracts?q=garce+hopper",
    "a subscription": "/contracts/50",
    "Payments": "/payments",
    "At risk": "/payments/at-risk",
    "Stock": "/stock",
    "Upcoming": "/upcoming",
    "Notices told": "/notices",
    "Insights": "/insights",
}
WATCH = """
  window.vitals = {CLS: 0};
  const keep = (metric) => { window.vitals[metric.name] = metric.value; };
  webVitals.onLCP(keep, {reportAllChanges: true});
  webVitals.onCLS(keep, {reportAllChanges: true});
  webVitals.onINP(keep, {reportAllChanges: true, durationThreshold: 16});
"""
SERVED = """() => {
  const it = performance.getEntriesByType("navigation")[0];
  return it.responseEnd - it.requestStart;
}"""
STILL = """(quiet) => new Promise((done) => {
  let waiting = setTimeout(end, quiet);
  const watch = new MutationObserver(() => { clearTimeout(waiting); waiting = setTimeout(end, quiet); });
  watch.observe(document, {subtree: true, childList: true, attributes: true});
  function end() { watch.disconnect(); done(); }
})"""


@dataclass
class Seen:
    """What one page was seen to take: each list has one number for a load. Milliseconds, but for CLS."""

    vitals: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in GOALS})
    served: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)


def main(contracts: int, rounds: int) -> int:
    """Fill, look, print; 1 when a goal is missed."""
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        url = fresh_database(ensure_postgres(STATE, fast=True))
        with _served(url, contracts) as (sandbox_url, web_pid):
            _look(sandbox_url, 0, web_pid)  # starts processes, compiles statements and installs the app
            full_shop.import_ends(url)  # which opening it began, and no worker runs
            seen = _look(sandbox_url, rounds, web_pid)
        return _print(seen, contracts, rounds)
    finally:
        stop_postgres(STATE)
        stop_valkey(STATE)


@contextmanager
def _served(url: str, contracts: int) -> Iterator[tuple[str, int]]:
    """The sandbox's address and the process id of the web server, over a shop that is filled and installed."""
    port = free_port()
    app_url = f"http://127.0.0.1:{port}"
    with running_sandbox(app_url) as sandbox:
        tiny.grow(sandbox.world, contracts=0)
        with sandbox.world.locked():
            sandbox.world.clock.set(full_shop.NOW)
        environ = environ_for(sandbox.url, app_url, url, ensure_valkey(STATE))
        ctx = wiring.build(read(environ), inline=True)
        with ctx.db.session() as session:
            rows.shop(session, host=app_url, seal=ctx.vault.seal)
        ctx.http.close()
        ctx.db.close()
        full_shop.fill(url, contracts)
        command = [sys.executable, "-m", "shopify_app.cli", "web"]
        with servers.running(command, port, environ | {"LOG_LEVEL": "WARNING"}) as web:
            servers.first_answer(port, "/healthz", web).raise_for_status()
            yield sandbox.url, web.pid


def _look(sandbox_url: str, rounds: int, web_pid: int) -> dict[str, Seen]:
    from playwright.sync_api import sync_playwright

    found = {name: Seen() for name in PAGES}
    database_pid = int((postgres.cluster(STATE).data / "postmaster.pid").read_text().split()[0])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(20_000)
        context.add_init_script(f"if (window.top !== window) {{ {LIBRARY.read_text()}\n{WATCH} }}")
        for number in range(rounds + 1):
            for name, path in PAGES.items():
                seen = found[name] if number else Seen()  # the first of a browser reads scripts and pictures
                page = context.new_page()
                before = (processors.spent(web_pid), processors.spent(database_pid))
                _load(page, f"{sandbox_url}/store/{HANDLE}/apps/perennial{path if path != '/' else ''}", seen)
                after = (processors.spent(web_pid), processors.spent(database_pid))
                for kept, was, now in zip((seen.python, seen.database), before, after, strict=True):
                    kept += [now - was] if was is not None and now is not None else []
                _use(page, seen)
                page.close()
        browser.close()
    return found


def _load(page: Page, address: str, seen: Seen) -> None:
    """Open the page and wait until nothing changes any more; what it took until then is noted."""
    page.goto(address)
    page.frame_locator("#app").locator("main#page").wait_for()
    frame = _frame(page)
    frame.evaluate(STILL, QUIET_MS)
    seen.served.append(float(frame.evaluate(SERVED)))
    seen.vitals["LCP"].append(float(frame.evaluate("window.vitals.LCP")))


def _use(page: Page, seen: Seen) -> None:
    """Walk by keyboard, type into a search, open what is folded, scroll to the end and follow a link."""
    frame = _frame(page)
    frame.locator("h1, h2, s-page").first.click(position={"x": 4, "y": 4})
    for _ in range(4):
        page.keyboard.press("Tab")
    search = frame.get_by_role("searchbox")
    if search.count():
        search.first.click()
        page.keyboard.type("hopper", delay=40)
        frame.evaluate(STILL, QUIET_MS)
    for folded in frame.locator("summary:visible").all()[:2]:
        folded.click()
    page.mouse.move(640, 500)
    page.mouse.wheel(0, 4000)
    frame.evaluate(STILL, QUIET_MS)
    page.mouse.wheel(0, -8000)
    link = frame.locator("main#page").get_by_role("link").first
    if link.count():
        link.click()
        frame.evaluate(STILL, QUIET_MS)
        page.keyboard.press("Tab")
    frame.evaluate(STILL, QUIET_MS)
    vitals = frame.evaluate("window.vitals")
    seen.vitals["CLS"].append(float(vitals["CLS"]))
    seen.vitals["INP"].append(float(vitals.get("INP", 0)))


def _frame(page: Page) -> Frame:
    found = page.frame(name="app-iframe")
    assert found is not None
    return found


def _print(seen: dict[str, Seen], contracts: int, rounds: int) -> int:
    print(f"{contracts:,} contracts, {rounds} loads of each, load average {os.getloadavg()[0]:.1f} at the end")
    print(
        f"{'75th percentile, ms':26} {'LCP':>6} {'CLS':>6} {'INP':>5}   server's share   Python  PostgreSQL (median)"
    )
    missed = []
    for name, one in seen.items():
        high = {vital: _high(found) for vital, found in one.vitals.items()}
        missed += [f"{name}: {vital}" for vital, found in high.items() if found > GOALS[vital]]
        served = statistics.median(one.served)
        share = served / statistics.median(one.vitals["LCP"]) if one.vitals["LCP"] else 0
        print(
            f"{name:26} {high['LCP']:6.0f} {high['CLS']:6.3f} {high['INP']:5.0f} {served:8.0f} = {share:4.0%}"
            f" {_middle(one.python):8} {_middle(one.database):8}"
        )
    goals = ", ".join(f"{name} {goal:g}" for name, goal in GOALS.items())
    print(f"goals ({goals}): {'MISSED: ' + ', '.join(missed) if missed else 'all met'}")
    return int(bool(missed))


def _high(found: list[float]) -> float:
    """The 75th percentile, as the nearest of what was seen."""
    return sorted(found)[math.ceil(len(found) * 0.75) - 1]


def _middle(found: list[float]) -> str:
    return f"{statistics.median(found):.0f}" if found else "–"


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*given, *(100_000, 5)[len(given) :]))
