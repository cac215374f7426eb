"""Scenarios: what a participant does, as timelines of steps; one small file per family."""
