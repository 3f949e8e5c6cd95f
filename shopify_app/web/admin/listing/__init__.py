"""The list of subscriptions: what an address asks for (`filters`), how it is found (`finding`, `likely`), and `pages`
by key, so that rows added meanwhile never shift one."""
