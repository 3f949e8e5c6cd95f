"""What a shopper can do from a mail about a coming order, and until when: as the shop's rules have it."""

from __future__ import annotations

from datetime import datetime

from shopify_app.channels.klaviyo.parts import until
from shopify_app.channels.klaviyo.story import Story
from shopify_app.contracts.calendar import later
from shopify_app.edits.change import Standing
from shopify_app.edits.move import Moving
from shopify_app.edits.rules.judge import cutoff_at
from shopify_app.kit.db import Json
from shopify_app.links.urls import NAMES
from shopify_app.links.wish import DELAYS

FOR_SKIPPED = frozenset({"UnskipUrl", "ManageUrl"})
FOR_COMING = frozenset({"SkipUrl", "DelayOneWeekUrl", "DelayTwoWeeksUrl", "ManageUrl"})


def changeable(story: Story, charge_at: datetime, *, is_skipped: bool) -> Json:
    """Return until when the fact's order, charged then, can be changed, with the links; nothing when that is over."""
    ends = cutoff_at(story.rules, charge_at)
    if ends <= story.around.now:
        return {}
    return until(story, "EditableUntil", ends) | links(story, charge_at, is_skipped=is_skipped)


def links(story: Story, charge_at: datetime, *, is_skipped: bool) -> dict[str, str]:
    """Return name → address of the links that apply to the fact's cycle, none once its order cannot be changed.

    They hold until `charge_at`: whoever comes between the shop's cutoff and the charge is told why it is too late.
    """
    make, fact = story.around.links, story.fact
    is_over = cutoff_at(story.rules, charge_at) <= story.around.now
    if make is None or fact.contract_gid is None or fact.cycle_index is None or is_over:
        return {}
    made = make(story.shop, fact.contract_gid, fact.cycle_index, charge_at)
    wanted = (FOR_SKIPPED if is_skipped else FOR_COMING - _refused_moves(story)) - _closed(story)
    return {name: address for name, address in made.items() if name in wanted}


def _closed(story: Story) -> set[str]:
    """Links to what the shop does not let shoppers do, from mails or at all."""
    switches = {name: "move" if action in DELAYS else action for name, action in NAMES.items()}
    return {
        name for name, switch in switches.items() if any(each.is_closed(switch, is_link=True) for each in story.rules)
    }


def _refused_moves(story: Story) -> set[str]:
    """Delays that our rule would refuse as things stand, e.g. a week for a weekly subscription."""
    if story.cycle is None:
        return set()
    expected_at, zone = story.cycle.expected_at, story.shop.zone
    standing = Standing(story.contract, story.cycle, story.following_at, story.around.now)
    delays = {name: DELAYS[action] for name, action in NAMES.items() if action in DELAYS}
    return {name for name, by in delays.items() if Moving(later(expected_at, by, zone)).why_not(standing)}
