"""Seeds, records, plans, configuration and messages; no physics."""
