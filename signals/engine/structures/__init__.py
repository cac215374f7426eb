"""Structures: several contracts that printed as one package, flagged by the tape or inferred."""
