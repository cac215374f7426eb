"""Thresholds of the engine that earlier versions took from the environment: they seed tuning.

Sources: options-engine 6.1, 12.1, 18, 19; platform 2.3, 5.9. Defaults are those of the strict
engine (errata 4 for quote age), not always those of the code that first had the name.
"""

from islandflow.env_register.kinds import MILLISECONDS, TICKERS, Choice, Number, Whole
from islandflow.env_register.variable import Group, no_meaning, renamed, tuning

DOLLARS = Whole(0, 1_000_000_000)
CONTRACTS = Whole(1, 1_000_000)
SHARES = Whole(0, 1_000_000_000)
RATIO = Number(0, 1)
Z_SCORE = Number(0, 100)
CURSOR = "A worker goes on at its own cursor in the log; there is no delivery policy to choose."
ETFS = "SPY,QQQ,IWM,DIA,TLT,GLD,SLV,XLF,XLE,XLV,XLI,XLP,XLU,XLY,SMH,ARKK"

SIGNAL = Group(
    "Signal filter",
    (
        tuning("OPTIONS_SIGNAL_MODE", "signal_mode",
               Choice(("smart-money", "balanced", "all"), {"smart-flow": "smart-money"}),
               "smart-money", "Which prints the default views show."),
        tuning("OPTIONS_SIGNAL_MIN_NOTIONAL", "signal_min_notional_usd", DOLLARS, "10000",
               "Least premium of a print.", unit="dollars"),
        tuning("OPTIONS_SIGNAL_ETF_MIN_NOTIONAL", "signal_etf_min_notional_usd", DOLLARS, "50000",
               "Least premium where the underlying is an ETF.", unit="dollars"),
        tuning("OPTIONS_SIGNAL_BID_SIDE_MIN_NOTIONAL", "signal_bid_side_min_notional_usd",
               DOLLARS, "25000", "Least premium of a print at or below the bid.", unit="dollars"),
        tuning("OPTIONS_SIGNAL_MID_MIN_NOTIONAL", "signal_mid_min_notional_usd", DOLLARS, "20000",
               "Least premium of a print between bid and ask.", unit="dollars"),
        renamed("OPTIONS_SIGNAL_NBBO_MAX_AGE_MS", "NBBO_MAX_AGE_MS"),
        tuning("OPTIONS_SIGNAL_ETF_UNDERLYINGS", "signal_etf_underlyings", TICKERS, ETFS,
               "Underlyings treated as ETFs."),
    ),
)  # fmt: skip

COMPUTE = Group(
    "Compute",
    (
        tuning("CLUSTER_WINDOW_MS", "cluster_gap_ms cluster_max_span_ms", Whole(1, 60_000), "500",
               "The one window of earlier versions: used for both the gap and the span, as the "
               "preset classic does, unless CLUSTER_GAP_MS or CLUSTER_MAX_SPAN_MS say otherwise. "
               "Not set, those two have defaults of their own.", unit="ms"),
        tuning("CLUSTER_GAP_MS", "cluster_gap_ms", Whole(1, 60_000), "250",
               "Silence after which a cluster of prints ends.", unit="ms"),
        tuning("CLUSTER_MAX_SPAN_MS", "cluster_max_span_ms", Whole(1, 600_000), "2000",
               "Longest cluster.", unit="ms"),
        tuning("ALLOWED_LATENESS_MS", "allowed_lateness_ms", Whole(0, 60_000), "250",
               "How late a print may come and still join its cluster.", unit="ms"),
        no_meaning("ENGINE_POLICY", "There is one policy, the strict one; the tuning preset "
                   "classic holds the thresholds of earlier versions."),
        no_meaning("COMPUTE_DELIVER_POLICY", CURSOR),
        no_meaning("COMPUTE_CONSUMER_RESET", CURSOR),
        tuning("NBBO_MAX_AGE_MS", "nbbo_max_age_ms", Whole(1, 60_000), "1500",
               "Age from which an option quote of a sampled feed is stale. A feed that reports "
               "changes keeps its quote while it is alive.", unit="ms"),
        tuning("EQUITY_QUOTE_MAX_AGE_MS", "equity_quote_max_age_ms", Whole(1, 600_000),
               "1000",
               "Age from which a sampled quote of a share decides no side. The quote of the "
               "underlying is judged when an option print is stamped.", unit="ms"),
        tuning("ROLLING_WINDOW_SIZE", "rolling_window_size", Whole(2, 10_000), "50",
               "Packets in a contract's rolling baseline.", unit="packets"),
        tuning("ROLLING_CACHE_MAX_KEYS", "baseline_max_keys", Whole(1, 1_000_000), "20000",
               "Most baselines of one scope and part of the day.", unit="baselines"),
        no_meaning("ROLLING_TTL_SEC", "A baseline goes cold by trade dates, not by the clock: "
                   "tuning key baseline_ttl_sessions."),
        no_meaning("ROLLING_CACHE_FLUSH_INTERVAL_MS",
                   "Baselines are part of the operator state, saved with its position."),
        *(
            no_meaning(name, "A print is stamped with its quote at ingest; compute holds none.")
            for name in ("COMPUTE_NBBO_CACHE_MAX_KEYS", "COMPUTE_NBBO_CACHE_TTL_MS")
        ),
    ),
)  # fmt: skip

CLASSIFIER = Group(
    "Classifiers",
    (
        tuning("CLASSIFIER_SWEEP_MIN_PREMIUM", "sweep_min_premium_usd", DOLLARS, "40000",
               "Least premium of a sweep.", unit="dollars"),
        tuning("CLASSIFIER_SWEEP_MIN_COUNT", "sweep_min_count", Whole(1, 10_000), "3",
               "Fewest prints of a sweep.", unit="prints"),
        tuning("CLASSIFIER_SWEEP_MIN_PREMIUM_Z", "sweep_min_premium_z", Z_SCORE, "2",
               "Premium of a sweep against its baseline.", unit="z"),
        tuning("CLASSIFIER_SPIKE_MIN_PREMIUM", "spike_min_premium_usd", DOLLARS, "20000",
               "Least premium of unusual activity.", unit="dollars"),
        tuning("CLASSIFIER_SPIKE_MIN_SIZE", "spike_min_size", CONTRACTS, "400",
               "Least size of unusual activity.", unit="contracts"),
        tuning("CLASSIFIER_SPIKE_MIN_PREMIUM_Z", "spike_min_premium_z", Z_SCORE, "2.5",
               "Premium of unusual activity against its baseline.", unit="z"),
        tuning("CLASSIFIER_SPIKE_MIN_SIZE_Z", "spike_min_size_z", Z_SCORE, "2",
               "Size of unusual activity against its baseline.", unit="z"),
        tuning("CLASSIFIER_Z_MIN_SAMPLES", "z_min_samples", Whole(1, 10_000), "12",
               "Fewest samples for a z-score.", unit="samples"),
        tuning("CLASSIFIER_MIN_NBBO_COVERAGE", "min_nbbo_coverage", RATIO, "0.5",
               "Share of the size that has a fresh quote.", unit="share of one"),
        tuning("CLASSIFIER_MIN_AGGRESSOR_RATIO", "min_aggressor_ratio", RATIO, "0.55",
               "Share of the size on the aggressive side.", unit="share of one"),
        tuning("CLASSIFIER_0DTE_MAX_ATM_PCT", "zero_dte_max_atm_ratio", RATIO, "0.01",
               "Farthest strike from the money on expiry day.", unit="share of one"),
        tuning("CLASSIFIER_0DTE_MIN_PREMIUM", "zero_dte_min_premium_usd", DOLLARS, "20000",
               "Least premium on expiry day.", unit="dollars"),
        tuning("CLASSIFIER_0DTE_MIN_SIZE", "zero_dte_min_size", CONTRACTS, "400",
               "Least size on expiry day.", unit="contracts"),
    ),
)  # fmt: skip

DARK = Group(
    "Off-exchange inference",
    (
        tuning("DARK_INFER_WINDOW_MS", "dark_window_ms", Whole(1, 3_600_000), "60000",
               "Window of accumulation and distribution.", unit="ms", step=3),
        tuning("DARK_INFER_COOLDOWN_MS", "dark_cooldown_ms", MILLISECONDS, "30000",
               "Least distance between two events of one symbol and type.", unit="ms", step=3),
        tuning("DARK_INFER_MIN_BLOCK_SIZE", "dark_min_block_size", SHARES, "2000",
               "Least size of an absorbed block.", unit="shares", step=3),
        tuning("DARK_INFER_MIN_ACCUM_SIZE", "dark_min_accum_size", SHARES, "3000",
               "Least total size in the window.", unit="shares", step=3),
        tuning("DARK_INFER_MIN_ACCUM_COUNT", "dark_min_accum_count", Whole(1, 10_000), "4",
               "Fewest prints in the window.", unit="prints", step=3),
        tuning("DARK_INFER_MIN_PRINT_SIZE", "dark_min_print_size", SHARES, "200",
               "Least size of a print that enters the window.", unit="shares", step=3),
        tuning("DARK_INFER_MAX_EVIDENCE", "dark_max_evidence", Whole(1, 1_000), "20",
               "Most prints kept as evidence.", unit="prints", step=3),
        tuning("DARK_INFER_MAX_SPREAD_PCT", "dark_max_spread_ratio", RATIO, "0.005",
               "Widest spread, against the mid, that still says where a price lies.",
               unit="share of one", step=3),
    ),
)  # fmt: skip

FLOW = Group(
    "Flow context",
    (
        tuning("FLOW_MIN_SIZE", "flow_min_size", CONTRACTS, "10",
               "Least size of a print that counts.", unit="contracts"),
        no_meaning("FLOW_WINDOWS", "Flow is summed over one hour, four hours and the session."),
        no_meaning("FLOW_RETENTION_DAYS", "Prints are kept 365 days, quotes 14, derived rows and "
                   "their evidence for good."),
        tuning("FLOW_BOOST_MODE", "boost_mode", Choice(("multiplicative", "additive")),
               "multiplicative", "How agreeing flow changes a horizon score."),
    ),
)  # fmt: skip
