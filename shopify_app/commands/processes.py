"""The long-running processes: web, worker, ticker, and the migration that precedes them."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from shopify_app.config import ROOT, BadSetting, Settings, problems, read
from shopify_app.kit import log as logs

log = logging.getLogger("shopify_app.process")

STATE = ROOT / ".perennial"
"""Where embedded services keep their data."""

_STAND_INS = {"DATABASE_URL": "postgresql+psycopg://embedded", "REDIS_URL": "unix://embedded"}

SWEEP_SECONDS = 10.0
"""Between two sweeps on a real shop. On the sandbox business time leaps, so the ticker looks far more often."""
SANDBOX_SWEEP_SECONDS = 0.05


def settings_problems() -> list[str]:
    """Return what is wrong with the settings, when the embedded services stand in for what is left open."""
    given = {name: value for name, value in os.environ.items() if value.strip()}
    return problems(_STAND_INS | given)


def settings_with_services() -> Settings:
    """Read the settings, with embedded PostgreSQL and Valkey for what DATABASE_URL and REDIS_URL leave open.

    Raises BadSetting before any server is started: a wrong setting leaves none behind.
    """
    found = settings_problems()
    if found:
        raise BadSetting(found[0])
    environ = {name: value for name, value in os.environ.items() if value.strip()}
    if not _STAND_INS.keys() <= environ.keys():
        from shopify_app.demo import embedded

        if "DATABASE_URL" not in environ:
            environ["DATABASE_URL"] = embedded.ensure_postgres(STATE)
        if "REDIS_URL" not in environ:
            environ["REDIS_URL"] = embedded.ensure_valkey(STATE)
    settings = read(environ)
    logs.configure(settings.log_level, settings.log_format)
    return settings


def run_migrations() -> int:
    """Bring the database to the newest schema."""
    from shopify_app.kit import migrate

    settings = settings_with_services()
    before = migrate.current(settings.database_url)
    migrate.upgrade(settings.database_url)
    log.info("schema is at %s (was %s)", migrate.head(), before or "empty")
    return 0


def run_web() -> int:
    """Serve HTTP: Granian, one worker process, blocking threads; the database pool follows the thread count."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    settings = settings_with_services()
    _ping_database(settings)
    Granian(
        "shopify_app.serving:load",
        # a deployment sits behind a proxy on another address; the demo stays on this machine
        address="127.0.0.1" if settings.on_loopback else "0.0.0.0",  # noqa: S104
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.web_threads,
        factory=True,
        # its one warning is about our thread count, which the operator chooses; our own log is not affected
        log_level=LogLevels.error,
        websockets=False,
    ).serve()
    return 0


def _ping_database(settings: Settings) -> None:
    """Raise OperationalError here, where it becomes one line, and not in a child of the server."""
    from shopify_app.kit.db import Database

    database = Database(settings.database_url, pool_size=1)
    try:
        database.ping()
    finally:
        database.close()


def run_worker(*, burst: bool = False) -> int:
    """Take wake-ups and drain."""
    from shopify_app import schedule, wiring
    from shopify_app.health import alive
    from shopify_app.health.pulse import Pulse
    from shopify_app.kit import jobs, memory
    from shopify_app.shops import host_guard

    settings = settings_with_services()
    ctx = wiring.build(settings)
    host_guard.check(ctx)
    memory.settle()
    jobs.install(ctx, {drain.name: drain.run for drain in schedule.DRAINS})
    redis = wiring.connect_worker_redis(settings.redis_url)
    with Pulse(ctx.db, alive.WORKER, patience=jobs.TURN_SECONDS + jobs.JOB_SECONDS) as pulse:
        worker = jobs.Worker(redis, schedule.QUEUE_ORDER, pulse.turned)
        log.info("worker ready: %s", ", ".join(schedule.QUEUE_ORDER))
        worker.work(burst=burst, logging_level="WARNING")
    return 0


def run_ticker() -> int:
    """Turn after turn: duties whose time has come, then a sweep."""
    from shopify_app import ticker, wiring
    from shopify_app.health import alive
    from shopify_app.health.pulse import Pulse
    from shopify_app.shops import host_guard

    settings = settings_with_services()
    ctx = wiring.build(settings)
    host_guard.check(ctx)
    pause = SANDBOX_SWEEP_SECONDS if settings.clock_url else SWEEP_SECONDS
    log.info("ticker ready: a turn every %s s", pause)
    with Pulse(ctx.db, alive.TICKER, patience=ticker.LEASE.total_seconds()) as pulse:

        def turn() -> None:
            pulse.turned()
            ticker.beat(ctx)

        _until_stopped(turn, pause)
    return 0


def _until_stopped(turn: Callable[[], Any], pause: float) -> None:
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    while not stop.is_set():
        turn()
        stop.wait(pause)
