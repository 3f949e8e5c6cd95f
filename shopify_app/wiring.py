"""Builds engine, clock, queue and gateways from the settings: the only place that chooses."""

from __future__ import annotations

import httpx
from redis import Redis

from shopify_app.config import Settings
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.mail.client import Mailer
from shopify_app.kit.clock import Clock, RemoteClock, SystemClock
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.jobs import NoWakeups, Wakeups
from shopify_app.kit.links import LinkSigner
from shopify_app.kit.smtp import smtp_server
from shopify_app.schedule import QUEUES

STATEMENT_SECONDS = 100.0
"""For workers, tickers and commands: less than a job may take, so that the log names the statement, not the job."""
WEB_STATEMENT_SECONDS = 30.0
"""Nobody waits longer for a page, and Shopify gave a webhook up long before."""


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    inline: bool = False,
    statement_seconds: float = STATEMENT_SECONDS,
) -> Context:
    """Return a process's tools.

    `clock` overrides business time; `inline` means the caller drains by itself; PostgreSQL ends what takes longer
    than `statement_seconds` of machine time.
    """
    return Context(
        settings=settings,
        db=Database(settings.database_url, pool_size=settings.web_threads, statement_seconds=statement_seconds),
        clock=clock or (RemoteClock(settings.clock_url) if settings.clock_url else SystemClock()),
        vault=Vault(list(settings.encryption_keys)),
        links=LinkSigner(settings.encryption_keys),
        wakeups=NoWakeups() if inline else Wakeups(connect_redis(settings.redis_url), QUEUES),
        http=httpx.Client(
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=20),
            # a redirect would carry the access token to another host
            follow_redirects=False,
            trust_env=False,
        ),
        klaviyo=lambda key: KlaviyoClient(key, settings.klaviyo_base_url),
        mail=Mailer(smtp_server(settings.smtp_url), settings.mail_from) if settings.smtp_url else None,
    )


def connect_redis(url: str) -> Redis:
    """Return a Redis client that gives up quickly: a lost wake-up is cheap, a hanging request is not."""
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)


def connect_worker_redis(url: str) -> Redis:
    """Return a Redis client for a worker, which waits on its queues and so must not time out reading."""
    return Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
