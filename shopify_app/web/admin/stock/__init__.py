"""Stock: what subscribers need against what is there, one item, what if, and the policies."""
