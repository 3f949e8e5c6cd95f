"""Numbers for Prometheus, read from the rows at the moment of the scrape. Labels never name a person or a shop."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import text
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.health import alive
from shopify_app.insights import daybook, drift
from shopify_app.kit.clock import ClockUnreachable, machine_now

_COUNTS = {
    "perennial_shops": ("Shops by status", "status", "select status, count(*) from shops group by 1"),
    "perennial_attempts": (
        "Billing attempts by state",
        "state",
        "select state, count(*) from billing_attempts group by 1",
    ),
    "perennial_deliveries": (
        "Channel deliveries by state",
        "state",
        "select state, count(*) from deliveries group by 1",
    ),
    "perennial_mails": ("Mails by SMTP, by state", "state", "select state, count(*) from mails group by 1"),
    "perennial_notices": ("Notices by state", "state", "select state, count(*) from notices group by 1"),
    "perennial_link_uses": (
        "Links in mails that were pressed in the last 90 days, by outcome",
        "outcome",
        "select case when done_at is null then 'open' else 'done' end, count(*) from link_uses group by 1",
    ),
    "perennial_inbox_parked": (
        "Webhooks parked, by topic",
        "topic",
        "select topic, count(*) from inbox_messages where outcome = 'parked' group by 1",
    ),
}
_OLDEST_MESSAGE = "select min(received_at) from inbox_messages where handled_at is null"
_OVERDUE = """
    select count(*) from billing_cycles
    where due_at < :now - interval '1 hour' and attempted_at is null and held_reason is null and parked_reason is null
"""
_PARKED = "select count(*) from billing_cycles where parked_reason is not null"


def render(ctx: Context) -> bytes:
    """Return the exposition text."""
    registry = CollectorRegistry()
    registry.register(_Rows(ctx))
    return generate_latest(registry)


class _Rows:
    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def collect(self) -> list[Metric]:
        with self._ctx.db.session() as session:
            found: list[Metric] = [_labelled(session, name, *spec) for name, spec in _COUNTS.items()]
            found += [_oldest(session), _last_seen(session), *self._cycles(session)]
        return found

    def _cycles(self, session: Session) -> list[Metric]:
        parked = session.scalar(text(_PARKED)) or 0
        found: list[Metric] = [GaugeMetricFamily("perennial_cycles_parked", "Cycles a person must decide", parked)]
        try:
            now = self._ctx.clock.now()
        except ClockUnreachable:
            return found
        overdue = session.scalar(text(_OVERDUE), {"now": now}) or 0
        unexplained = len(daybook.unexplained(session, now))
        strangers = drift.unrepaired(session, now)
        return [
            *found,
            GaugeMetricFamily("perennial_cycles_overdue", "Cycles due for over an hour, not attempted", overdue),
            GaugeMetricFamily(
                "perennial_unexplained_charges", "Cycles of 7 days not charged for no known reason", unexplained
            ),
            GaugeMetricFamily(
                "perennial_drift_unrepaired", "Differences from Shopify of 2 days left as found", strangers
            ),
        ]


def _labelled(session: Session, name: str, words: str, label: str, query: str) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, count in session.execute(text(query)):
        family.add_metric([value], count)
    return family


def _oldest(session: Session) -> Metric:
    oldest = session.scalar(text(_OLDEST_MESSAGE))
    age = (machine_now() - oldest).total_seconds() if oldest else 0.0
    return GaugeMetricFamily("perennial_inbox_oldest_seconds", "Age of the oldest unhandled webhook", age)


def _last_seen(session: Session) -> Metric:
    words = "Seconds since a process of this kind gave a sign of life; +Inf when none ever did"
    family = GaugeMetricFamily("perennial_last_seen_seconds", words, labels=["process"])
    for sign in alive.signs(session):
        family.add_metric([sign.kind], sign.ago.total_seconds() if sign.seen_at else float("inf"))
    return family
