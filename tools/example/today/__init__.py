"""The second example: a county of today, 2021 to 2026, described by dated memberships. Generated, never committed."""
