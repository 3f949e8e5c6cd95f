"""A thin mirror of orders that a contract caused, found by LineItem.contract and never by source_name."""
