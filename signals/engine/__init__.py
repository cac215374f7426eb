"""The pure engine: log entries in, derived events out. No clock, no random, no framework."""
