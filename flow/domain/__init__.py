"""The market vocabulary: units, events, contracts, sessions. Pure; imports no framework."""
