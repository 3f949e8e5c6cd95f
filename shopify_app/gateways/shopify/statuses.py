"""A contract's status: what an app may set it to (Shopify docs: subscriptionContractPause, -Activate, -Cancel).

Shopify activates a contract that is paused or failed; a cancelled or expired one stays so (CONTRACT_TERMINATED).
"""

from __future__ import annotations

from shopify_app.gateways.shopify.client import AdminClient


def pause(client: AdminClient, contract_gid: str) -> None:
    """Pause a contract. Raises UserErrors (SubscriptionContractStatusUpdateErrorCode), else ShopifyError."""
    client.mutate("ContractPause", {"contract": contract_gid}, "subscriptionContractPause")


def activate(client: AdminClient, contract_gid: str) -> None:
    """Let a paused or failed contract go on. Raises like `pause`."""
    client.mutate("ContractActivate", {"contract": contract_gid}, "subscriptionContractActivate")


def cancel(client: AdminClient, contract_gid: str) -> None:
    """Cancel a contract for good. Raises like `pause`."""
    client.mutate("ContractCancel", {"contract": contract_gid}, "subscriptionContractCancel")
