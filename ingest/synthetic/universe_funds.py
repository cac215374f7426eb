"""Funds of the universe. Columns: symbol, price in dollars, average daily volume in millions of
shares, daily volatility in percent, beta, listing venue (Q Nasdaq, N NYSE, P Arca, Z Cboe BZX).

Source: remembered 2025 magnitudes, rounded (guess)."""

FUNDS = """
SPY 640 70 0.90 1.0 P
QQQ 570 45 1.15 1.2 Q
IWM 235 32 1.35 1.15 P
DIA 450 3.5 0.85 0.9 P
XLK 260 5 1.30 1.25 P
XLF 53 38 1.00 0.95 P
XLE 88 15 1.40 0.8 P
XLV 138 9 0.85 0.6 P
XLI 150 9 1.00 1.0 P
XLY 230 4.5 1.35 1.2 P
XLP 80 13 0.70 0.4 P
XLU 82 11 1.00 0.4 P
XLB 90 7 1.10 0.95 P
XLRE 42 6 1.15 0.7 P
XLC 108 5 1.15 1.0 P
SMH 280 8 2.00 1.6 Q
KRE 62 14 1.80 1.1 P
TLT 88 40 0.95 -0.1 Q
GLD 310 10 1.00 0.1 P
SLV 35 18 1.80 0.3 P
EEM 49 28 1.15 0.8 P
ARKK 72 11 2.60 1.8 Z
"""
