"""The example county: a seeded generator of a synthetic ledger whose totals are those of real plans, all at once."""
