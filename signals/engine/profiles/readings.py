"""What people read where the engine says a profile: a style of behaviour, hedged."""

# Source: options-engine.md 13.5 and 16.4.
READINGS = {
    "institutional_directional": "directional accumulation",
    "retail_whale": "retail attention flow",
    "event_driven": "event positioning",
    "vol_seller": "volatility supply",
    "arbitrage": "structure arbitrage",
    "hedge_reactive": "hedge rebalance",
}
