"""What the rows prove: every cycle of a day accounted for, and our rows compared with Shopify's.

`daybook` sorts a day's cycles by what became of them; `night` compares with Shopify and repairs; `drift` keeps what
was different.
"""
