"""What other subscription apps got wrong, one named test each; `mutants/` proves that each test would see it."""
