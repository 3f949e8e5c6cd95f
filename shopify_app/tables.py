"""Every table in one place, for migrations and for the guard that each belongs to a shop."""

import shopify_app.billing.models
import shopify_app.cards.models
import shopify_app.catalog.models
import shopify_app.channels.flow.models
import shopify_app.channels.klaviyo.models
import shopify_app.channels.mail.models
import shopify_app.contracts.models
import shopify_app.contracts.note_models
import shopify_app.contracts.search_models
import shopify_app.dunning.models
import shopify_app.duties
import shopify_app.edits.bulk.models
import shopify_app.edits.models
import shopify_app.edits.rules.models
import shopify_app.fulfillment.models
import shopify_app.health.models
import shopify_app.inbox.models
import shopify_app.insights.models
import shopify_app.insights.revenue_models
import shopify_app.journal.models
import shopify_app.leaving.models
import shopify_app.links.models
import shopify_app.notices.models
import shopify_app.orders.alignment.models
import shopify_app.orders.models
import shopify_app.plans.models
import shopify_app.privacy.models
import shopify_app.shoppers.models
import shopify_app.shops.models
import shopify_app.stock.models
import shopify_app.tasks.models  # noqa: F401
from shopify_app.kit.db import Base

metadata = Base.metadata
