"""Shopify Flow as a channel: what happens starts the merchant's workflows, and workflows change subscriptions.

The hard rule is *once*. `flowTriggerReceive` has no key by which Shopify knows a repeat, so what may have arrived is
never sent again by itself (docs/decisions/0014). An action carries Flow's own id of the run, and acts once for it.
"""
