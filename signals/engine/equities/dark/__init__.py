"""Off-exchange inference: blocks, accumulation, distribution, zones of hidden liquidity."""
