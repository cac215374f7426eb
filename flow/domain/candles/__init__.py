"""Candles of equity prints: base bars of 1 s and 1 min, and what is rolled up from them. Pure."""
