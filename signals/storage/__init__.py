"""SQL of derived rows: insert, ledger, operator state, reads by evidence."""
