"""A stand-in for the Shopify Flow app: what triggers told it, and a hand that runs actions as a workflow would.

`flowTriggerReceive` itself is `sandbox/shopify/flow.py`. Requests for actions leave by the webhooks' couriers:
signed, doubled and tried again as those are, but with Flow's own headers and its own reading of 202 and 4xx.
"""

from sandbox.flow.blueprint import make_blueprint

__all__ = ["make_blueprint"]
