"""What a shopper can do from a mail about a coming order: signed links, as long as the order can be changed."""

from __future__ import annotations

from datetime import datetime

from shopify_app.channels.klaviyo.story import Story
from shopify_app.contracts.calendar import later
from shopify_app.edits.change import Standing
from shopify_app.edits.move import Moving
from shopify_app.links.urls import NAMES
from shopify_app.links.wish import DELAYS

FOR_SKIPPED = frozenset({"UnskipUrl", "ManageUrl"})
FOR_COMING = frozenset({"SkipUrl", "DelayOneWeekUrl", "DelayTwoWeeksUrl", "ManageUrl"})


def links(story: Story, expires_at: datetime, *, is_skipped: bool) -> dict[str, str]:
    """Return name → address of the links that apply to the fact's cycle; they end at `expires_at`, the charge."""
    make, fact = story.around.links, story.fact
    if make is None or fact.contract_gid is None or fact.cycle_index is None or expires_at <= story.around.now:
        return {}
    made = make(story.shop, fact.contract_gid, fact.cycle_index, expires_at)
    wanted = FOR_SKIPPED if is_skipped else FOR_COMING - _refused_moves(story)
    return {name: address for name, address in made.items() if name in wanted}


def _refused_moves(story: Story) -> set[str]:
    """Delays that our rule would refuse as things stand, e.g. a week for a weekly subscription."""
    if story.cycle is None:
        return set()
    expected_at, zone = story.cycle.expected_at, story.shop.zone
    standing = Standing(story.contract, story.cycle, story.following_at, story.around.now)
    delays = {name: DELAYS[action] for name, action in NAMES.items() if action in DELAYS}
    return {name for name, by in delays.items() if Moving(later(expected_at, by, zone)).why_not(standing)}
