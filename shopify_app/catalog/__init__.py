"""Products and variants that our contracts refer to: a mirror of Shopify, nothing else."""
