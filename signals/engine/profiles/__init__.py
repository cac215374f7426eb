"""Profiles: hypotheses of participant style, one per file; `registry` asks them all."""
