"""How a shopper leaves: what may be asked and offered where they live, and whether they may withdraw."""
