"""Everything that happened to one subscription, by anyone, in one line of time.

What is read are rows: facts with where each was told, notices planned and dropped, and every call to Shopify that a
row keeps (charges, edits of the subscription, of one date and of paid orders, requests for another card). Calls that
no row keeps, such as readings, are not shown.
"""
