"""The merchant's pages inside the Shopify admin. A view gathers one dict of plain values; the template only formats.

They read the rows of every feature (queries, listing, detail) and save settings rows, nothing else. Words a merchant
reads stand in `words` and `sentences`. Nothing imports this package but `create_app`.
"""

from typing import cast

from flask import Blueprint, Flask

from shopify_app.web import format

blueprint = Blueprint("admin", __name__)
blueprint.record_once(lambda state: format.register(cast(Flask, state.app)))

# The views join the blueprint as they are imported.
import shopify_app.web.admin.actions  # noqa: E402
import shopify_app.web.admin.ask_card  # noqa: E402
import shopify_app.web.admin.bulk.views  # noqa: E402
import shopify_app.web.admin.changes.views  # noqa: E402
import shopify_app.web.admin.comparison  # noqa: E402
import shopify_app.web.admin.contract  # noqa: E402
import shopify_app.web.admin.contract_counts  # noqa: E402
import shopify_app.web.admin.contracts  # noqa: E402
import shopify_app.web.admin.dates.views  # noqa: E402
import shopify_app.web.admin.events  # noqa: E402
import shopify_app.web.admin.flow  # noqa: E402
import shopify_app.web.admin.fulfillment.changes  # noqa: E402
import shopify_app.web.admin.fulfillment.coming  # noqa: E402
import shopify_app.web.admin.fulfillment.settings  # noqa: E402
import shopify_app.web.admin.history.views  # noqa: E402
import shopify_app.web.admin.home  # noqa: E402
import shopify_app.web.admin.home_running  # noqa: E402
import shopify_app.web.admin.insights.views  # noqa: E402
import shopify_app.web.admin.klaviyo  # noqa: E402
import shopify_app.web.admin.ladders  # noqa: E402
import shopify_app.web.admin.leaving  # noqa: E402
import shopify_app.web.admin.mail  # noqa: E402
import shopify_app.web.admin.mail_log  # noqa: E402
import shopify_app.web.admin.marking  # noqa: E402
import shopify_app.web.admin.paid_deliveries  # noqa: E402
import shopify_app.web.admin.paid_orders  # noqa: E402
import shopify_app.web.admin.payments.deeds  # noqa: E402
import shopify_app.web.admin.payments.views  # noqa: E402
import shopify_app.web.admin.plan_terms  # noqa: E402
import shopify_app.web.admin.plans  # noqa: E402
import shopify_app.web.admin.privacy  # noqa: E402
import shopify_app.web.admin.saved_views  # noqa: E402
import shopify_app.web.admin.sendlog  # noqa: E402
import shopify_app.web.admin.settings  # noqa: E402
import shopify_app.web.admin.shopper_rules  # noqa: E402
import shopify_app.web.admin.staff_language  # noqa: E402
import shopify_app.web.admin.staff_notes  # noqa: E402
import shopify_app.web.admin.stock.deeds  # noqa: E402
import shopify_app.web.admin.stock.item  # noqa: E402
import shopify_app.web.admin.stock.items  # noqa: E402
import shopify_app.web.admin.stock.policies  # noqa: E402
import shopify_app.web.admin.stock_telling  # noqa: E402
import shopify_app.web.admin.tasks  # noqa: E402, F401
