"""MAP 1: everything the clock sets in motion, on one page.

A *drain* works off rows that wait, whenever woken; the ticker's sweep wakes every drain that has rows waiting. A
*duty* runs once per interval of business time; its row says when it is next due, so a missed hour is caught up
and two tickers share the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shopify_app.billing import due, hours, outcomes
from shopify_app.cards import drain as cards
from shopify_app.channels.digest import run as digest
from shopify_app.channels.digest import slack
from shopify_app.channels.flow import deliver as flow
from shopify_app.channels.flow import prune as flow_prune
from shopify_app.channels.flow import runs as flow_runs
from shopify_app.channels.klaviyo import deliver, profiles, upsert
from shopify_app.channels.mail import alerts
from shopify_app.channels.mail import deliver as mail
from shopify_app.channels.mail import prune as mail_prune
from shopify_app.context import Context
from shopify_app.contracts import importer, next_dates, reconcile, search
from shopify_app.dunning import backup as dunning_backup
from shopify_app.dunning import card as dunning_card
from shopify_app.dunning import follow as dunning_follow
from shopify_app.dunning import marks as dunning_marks
from shopify_app.dunning import steps as dunning_steps
from shopify_app.edits import prune as edits_prune
from shopify_app.edits import unfinished as unfinished_dates
from shopify_app.edits.bulk import work as bulk
from shopify_app.edits.contract import price_steps, resume, unfinished
from shopify_app.fulfillment import prune as feed_prune
from shopify_app.fulfillment import take as feed
from shopify_app.inbox import process, prune
from shopify_app.insights import daybook, night, revenue
from shopify_app.links import prune as links_prune
from shopify_app.notices import drain as notices
from shopify_app.notices import plan
from shopify_app.notices import prune as notices_prune
from shopify_app.orders import deliveries
from shopify_app.orders import reconcile as orders_reconcile
from shopify_app.orders.alignment import drain as alignments
from shopify_app.plans import door as plans_door
from shopify_app.privacy import requests
from shopify_app.stock import act as stock_act
from shopify_app.stock import demand as stock_demand
from shopify_app.stock import kept as stock_kept
from shopify_app.stock import look as stock_look
from shopify_app.stock import rates_kept as stock_rates
from shopify_app.stock import reconcile as stock_reconcile
from shopify_app.stock import sales as stock_sales


@dataclass(frozen=True)
class Drain:
    """`run` works off one batch and answers how many rows; `waiting` counts what is actionable right now.

    `waiting(session, now, machine_now)`: business and machine time. `is_on`: whether this process is set up for it;
    if not, its rows wait for nobody.
    """

    name: str
    queue: str
    run: Callable[[Context], int]
    waiting: Callable[[Session, datetime, datetime], int]
    is_on: Callable[[Context], bool] = lambda ctx: True


@dataclass(frozen=True)
class Duty:
    """Runs every `every` of business time."""

    name: str
    every: timedelta
    run: Callable[[Context], object]


DRAINS = (
    Drain("billing", "money", due.drain, due.waiting),
    Drain("outcomes", "money", outcomes.drain, outcomes.waiting),
    Drain("failed_charges", "money", dunning_follow.drain, dunning_follow.waiting),
    Drain("backups", "money", dunning_backup.drain, dunning_backup.waiting),
    Drain("dunning", "money", dunning_steps.drain, dunning_steps.waiting),
    Drain("prices", "money", price_steps.drain, price_steps.waiting),
    Drain("inbox", "inbox", process.drain, process.waiting),
    Drain("edits", "inbox", unfinished.drain, unfinished.waiting),
    Drain("edits_of_dates", "inbox", unfinished_dates.drain, unfinished_dates.waiting),
    Drain("flow_actions", "inbox", flow_runs.drain, flow_runs.waiting),
    Drain("alignments", "inbox", alignments.drain, alignments.waiting),
    Drain("stock_demand", "inbox", stock_demand.drain, stock_demand.waiting),
    Drain("stock", "inbox", stock_look.drain, stock_look.waiting),
    Drain("stock_acts", "inbox", stock_act.drain, stock_act.waiting),
    Drain("cards", "voice", cards.drain, cards.waiting),
    Drain("feed", "voice", feed.drain, feed.waiting),
    Drain("notices", "voice", notices.drain, notices.waiting),
    Drain("klaviyo", "voice", deliver.drain, deliver.waiting),
    Drain("flow", "voice", flow.drain, flow.waiting),
    Drain("mail", "voice", mail.drain, mail.waiting, mail.is_on),
    Drain("slack", "voice", slack.drain, slack.waiting),
    Drain("profiles", "voice", upsert.drain, upsert.waiting),
    Drain("privacy", "inbox", requests.drain, requests.waiting),
    Drain("hours", "imports", hours.drain, hours.waiting),
    Drain("imports", "imports", importer.drain, importer.waiting),
    Drain("comparison", "imports", night.drain, night.waiting),
    Drain("bulk", "imports", bulk.drain, bulk.waiting),
    Drain("search", "imports", search.drain, search.waiting),
    Drain("dates", "imports", next_dates.drain, next_dates.waiting),
    Drain("stock_kept", "imports", stock_kept.drain, stock_kept.waiting),
    Drain("marks", "imports", dunning_marks.drain, dunning_marks.waiting),
)

DUTIES = (
    Duty("contracts.reconcile", timedelta(minutes=10), reconcile.run),
    Duty("orders.reconcile", timedelta(minutes=10), orders_reconcile.run),
    Duty("deliveries.reconcile", timedelta(minutes=10), deliveries.run),
    Duty("stock.reconcile", timedelta(minutes=10), stock_reconcile.run),
    Duty("stock.look_ahead", timedelta(hours=1), stock_look.look_ahead),
    Duty("stock.kept", timedelta(hours=1), stock_kept.look),
    Duty("stock.rates", timedelta(hours=1), stock_rates.run),
    Duty("plans.refresh", timedelta(hours=1), plans_door.run),
    Duty("dunning.review", timedelta(minutes=10), dunning_card.review),
    Duty("edits.resume", timedelta(minutes=10), resume.run),
    Duty("notices.plan", timedelta(hours=1), plan.run),
    Duty("klaviyo.profiles", timedelta(minutes=10), profiles.look),
    Duty("mail.alerts", timedelta(minutes=30), alerts.run),
    Duty("feed.read_on", timedelta(minutes=10), feed.read_on),
    Duty("fulfillment.digest", timedelta(minutes=10), digest.run),
    Duty("comparison.begin", timedelta(hours=1), night.begin),
    Duty("billing.daybook", timedelta(hours=1), daybook.run),
    Duty("insights.revenue", timedelta(hours=1), revenue.run),
    Duty("stock.prune", timedelta(days=1), stock_sales.prune),
    Duty("inbox.prune", timedelta(days=1), prune.run),
    Duty("links.prune", timedelta(days=1), links_prune.run),
    Duty("notices.prune", timedelta(days=1), notices_prune.run),
    Duty("mail.prune", timedelta(days=1), mail_prune.run),
    Duty("feed.prune", timedelta(days=1), feed_prune.run),
    Duty("flow.prune", timedelta(days=1), flow_prune.run),
    Duty("edits.prune", timedelta(days=1), edits_prune.run),
)

QUEUES = {drain.name: drain.queue for drain in DRAINS}
"""Drain name → RQ queue."""

QUEUE_ORDER = ("money", "inbox", "voice", "imports")
"""A worker takes from the first queue that has something: money first."""
