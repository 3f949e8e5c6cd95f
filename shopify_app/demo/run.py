"""One demo from start to Ctrl-C: services, schema, sandbox, web, worker, ticker, links."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from shopify_app.demo import embedded
from shopify_app.demo.identity import NoPort, Ports, Secrets, ports_of, secrets_of, write_private
from shopify_app.demo.processes import try_lock
from shopify_app.demo.progress import log, say, step
from shopify_app.demo.sockets import UnsafeFolder
from shopify_app.demo.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]
STEPS = 6  # the first three are bin/setup's
SHOP = "rosebud-coffee"
READY_WITHIN = 120.0


class DemoFailed(Exception):
    """The demo cannot start; the message says why, and what to do, in one line."""


@dataclass(frozen=True)
class Services:
    """Where the data lives, and whether we started the servers ourselves."""

    database_url: str
    redis_url: str
    own_database: bool
    own_redis: bool


def run(argv: Sequence[str] | None = None) -> int:
    """Runs the demo until SIGINT or SIGTERM. Returns 0, or 1 with one line on stderr if it cannot start."""
    options = _parse(argv)
    stopping = threading.Event()
    try:
        with _told_by_signals(stopping):
            return _run(options, stopping)
    except (DemoFailed, NoPort, UnsafeFolder, *embedded.EmbeddedFailed) as problem:
        print(f"bin/demo: {problem}", file=sys.stderr)
        return 1


@contextmanager
def _told_by_signals(stopping: threading.Event) -> Iterator[None]:
    """Sets the event on Ctrl-C, SIGTERM, and when the terminal is closed; puts things back afterwards."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(sign, lambda *_: stopping.set()) for sign in signals]
    try:
        yield
    finally:
        for sign, handler in zip(signals, before, strict=True):
            signal.signal(sign, handler)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/demo", description="A local Shopify and Klaviyo, and the app.")
    parser.add_argument("--fresh", action="store_true", help="start over: forget all data of earlier starts")
    parser.add_argument("--port-base", type=int, metavar="N", help="use ports N to N+2 (default: free ones)")
    parser.add_argument("--state", type=Path, default=ROOT / ".perennial", help="where data and keys are kept")
    return parser.parse_args(argv)


def _run(options: argparse.Namespace, stopping: threading.Event) -> int:
    state: Path = options.state.resolve()
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = try_lock(state / "demo.lock")
    if lock is None:
        raise DemoFailed(f"a demo is already running on {state} (stop it with Ctrl-C in its terminal)")
    supervisor = Supervisor(state)
    orphans = supervisor.stop_orphans()
    if orphans:
        say(f"Stopped what an earlier demo left running: {', '.join(orphans)}")
    if options.fresh:
        forget(state)
    shutil.rmtree(state / "logs", ignore_errors=True)
    services = _start_services(state)
    try:
        _migrate(services)
        _run_programs(options, state, services, supervisor, stopping)
    finally:
        say("\nStopping …")
        supervisor.stop()
        _stop_services(state, services)
        os.close(lock)
    say("Everything is stopped.")
    return 0


def forget(state: Path) -> None:
    """Deletes what earlier demos kept, ports excepted. Raises `DemoFailed` if a server is not ours to empty."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.get(name):
            raise DemoFailed(f"--fresh only empties its own servers: unset {name}, or empty that one yourself")
    embedded.remove_postgres(state)
    embedded.remove_valkey(state)
    shutil.rmtree(state / "sandbox", ignore_errors=True)
    (state / "secrets.json").unlink(missing_ok=True)


def _start_services(state: Path) -> Services:
    database, queue = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    with step(4, STEPS, "Starting PostgreSQL and Valkey"):
        return Services(
            database_url=database or embedded.ensure_postgres(state),
            redis_url=queue or embedded.ensure_valkey(state),
            own_database=not database,
            own_redis=not queue,
        )


def _stop_services(state: Path, services: Services) -> None:
    if services.own_redis:
        embedded.stop_valkey(state)
    if services.own_database:
        embedded.stop_postgres(state)


def _migrate(services: Services) -> None:
    from shopify_app.kit.migrate import upgrade

    with step(5, STEPS, "Bringing the database to the newest schema"):
        upgrade(services.database_url)


def _run_programs(
    options: argparse.Namespace,
    state: Path,
    services: Services,
    supervisor: Supervisor,
    stopping: threading.Event,
) -> None:
    ports = ports_of(state, options.port_base)
    keys = secrets_of(state)
    environment = app_environment(ports, keys, services)
    write_private(state / "env", "\n".join(f"{name}='{value}'" for name, value in environment.items()))
    began = time.monotonic()
    say(f"[6/{STEPS}] Starting the sandbox, web, worker and ticker …")
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    supervisor.start(_sandbox_program(state, ports, keys))
    if _wait_for(f"{sandbox}/clock", supervisor, stopping):
        for name in ("web", "worker", "ticker"):
            supervisor.start(_app_program(name, environment))
        if _wait_for(f"http://127.0.0.1:{ports.web}/readyz", supervisor, stopping):
            _print_links(sandbox, time.monotonic() - began)
    while not stopping.wait(0.2):
        supervisor.look()


def app_environment(ports: Ports, keys: Secrets, services: Services) -> dict[str, str]:
    """The operator's variables (operator guide) that point the app at the sandbox."""
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    return {
        "SHOPIFY_API_KEY": keys.api_key,
        "SHOPIFY_API_SECRET": keys.api_secret,
        "ENCRYPTION_KEY": keys.encryption_key,
        "HOST": f"http://127.0.0.1:{ports.web}",
        "PORT": str(ports.web),
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "SHOPIFY_SHOP_URL": sandbox + "/shops/{shop}",
        "SHOPIFY_ADMIN_URL": sandbox,
        "SHOPIFY_CDN_URL": f"{sandbox}/cdn",
        "CLOCK_URL": f"{sandbox}/clock",
        "KLAVIYO_BASE_URL": f"{sandbox}/klaviyo",
        "SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "MAIL_FROM": "notices@perennial.example",
        "LOG_FORMAT": "text",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "info"),
    }


def _app_program(name: str, environment: dict[str, str]) -> Program:
    command = [sys.executable, "-m", "shopify_app.cli", name]
    return Program(name, command, {**os.environ, **environment}, ROOT)


def _sandbox_program(state: Path, ports: Ports, keys: Secrets) -> Program:
    command = [
        sys.executable, "-m", "sandbox", "serve", "--port", str(ports.sandbox),
        "--smtp-port", str(ports.smtp), "--state", str(state / "sandbox"),
        "--app-url", f"http://127.0.0.1:{ports.web}", "--api-key", keys.api_key, "--api-secret", keys.api_secret,
        "--seed", "coffee", "--app-toml", str(ROOT / "shopify.app.toml"),
        "--mail-templates", str(ROOT / "shopify_app/channels/klaviyo/starter"),
    ]  # fmt: skip
    return Program("sandbox", command, dict(os.environ), ROOT)


def _wait_for(url: str, supervisor: Supervisor, stopping: threading.Event) -> bool:
    """Waits until `url` answers 200. Returns False when we are told to stop first. Raises `DemoFailed`."""
    deadline = time.monotonic() + READY_WITHIN
    answer = "no answer"
    while not stopping.wait(0.1):
        supervisor.look()
        try:
            response = httpx.get(url, timeout=5)
            if response.status_code == 200:
                return True
            answer = f"status {response.status_code}"
        except httpx.HTTPError as problem:
            answer = type(problem).__name__
        if time.monotonic() > deadline:
            raise DemoFailed(f"{url} did not get ready in {READY_WITHIN:.0f} s ({answer}): see the log above")
    return False


def _print_links(sandbox: str, seconds: float) -> None:
    links = {
        "The app in the Shopify admin": f"{sandbox}/store/{SHOP}/apps/perennial",
        "The shop itself": f"{sandbox}/shop/{SHOP}/",
        "Its customers' accounts": f"{sandbox}/account/{SHOP}/login",
        "Sandbox dashboard and clock": f"{sandbox}/",
        "Ledger of captured payments": f"{sandbox}/ledger",
        "Klaviyo inbox": f"{sandbox}/klaviyo/inbox",
        "Mail inbox (SMTP)": f"{sandbox}/mail/inbox",
    }
    say(f"\nPerennial is ready, {seconds:.1f} s after its first process started.\n")
    for text, link in links.items():
        say(f"  {text:<30} {link}")
    # the sandbox's own words for a key; it opens nothing outside this machine
    say(f"  {'Key to connect Klaviyo with':<30} pk_sandbox_rosebud (Settings → Klaviyo in the app)")
    say("\n  Ctrl-C stops everything and keeps the data; bin/demo --fresh starts over.\n")
    log("demo", "logs of each process follow")
