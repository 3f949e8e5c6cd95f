"""One change of many subscriptions: weighed first, confirmed by a person, then done one by one through both doors."""
