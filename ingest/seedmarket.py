"""A small synthetic market: event i is a pure function of (seed, rate, start, i).

Not a model of anything (step 4 makes one): prices wander, spreads are plausible, sizes are skewed
small, and now and then one contract is swept over several venues or a large print comes. Integers
only, so every machine makes the same events; no random state, no clock.

    one block = 20 events:  2 equity quotes, 5 option quotes, 5 equity prints, 8 option prints
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import count
from math import isqrt

from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, OptionQuote
from flow.domain.units import EPOCH, MICROS, MILLISECOND_US, SECOND_US

BLOCK = 20
PRINTS = 8  # option prints of a block: the rate counts these
QUOTED = 5  # contracts of a block
MIN_RATE, MAX_RATE = 0.1, 20_000
SWEEPS_PER_MINUTE = 4
LARGE_PER_MINUTE = 2
_MASK = (1 << 64) - 1
_DAY_US = 86_400 * SECOND_US
_CENT = 10_000
# Symbol, price in dollars, strike step in dollars, yearly volatility in percent (guesses).
SYMBOLS = (
    ("SPY", 640, 1, 16), ("QQQ", 570, 1, 21), ("NVDA", 180, 5, 42), ("AAPL", 230, 5, 27),
    ("TSLA", 340, 5, 58), ("AMD", 165, 5, 48), ("MSFT", 510, 5, 22), ("AMZN", 225, 5, 31),
    ("META", 740, 10, 33), ("GOOGL", 200, 5, 30), ("IWM", 235, 1, 23), ("NFLX", 1_200, 10, 34),
)  # fmt: skip
# Real OPRA codes (flow.domain.conditions), plain electronic execution most often.
_CONDITIONS = tuple((ord(letter),) for letter in "IIIIIIIIIIIISSaafcjg")
_ISO = (ord("S"),)
_LARGE = tuple((ord(letter),) for letter in "IIace")
_OPTION_VENUES = (1, 2, 3, 5, 6, 7, 9, 10, 12, 13, 16, 17, 18, 19)
_LIT_VENUES = (105, 106, 108, 109, 110, 110, 110, 115, 116, 118)
_TRF_VENUES = (151, 151, 151, 153)
_REGULAR, _SWEPT, _ODD_LOT = (1000,), (1005,), (1031,)
# Period in seconds and amplitude in 1e-6 of the price, of the noises that a price is the sum of.
_WAVES = ((7_200, 9_000), (600, 2_500), (30, 500))

Quoted = tuple[str, int, int]  # contract, bid, ask


def mix(value: int) -> int:
    """Return 64 well-mixed bits. Source: splitmix64 (Steele, Lea, Flood 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & _MASK
    return value ^ value >> 31


class SeedMarket:
    """Makes blocks of events. Holds caches only: any block can be made at any time."""

    def __init__(self, seed: int, rate_prints_per_s: float, start_us: int) -> None:
        if not MIN_RATE <= rate_prints_per_s <= MAX_RATE:
            raise ValueError(
                f"rate is {rate_prints_per_s} prints/s; expected {MIN_RATE} to {MAX_RATE}"
            )
        self.start_us = start_us
        self.block_us = int(PRINTS * SECOND_US / rate_prints_per_s)
        self._slot_us = self.block_us // BLOCK
        self._key = mix(seed & _MASK)
        identity = f"synthetic/{seed}/{float(rate_prints_per_s)}/{start_us}/"
        self._identity = hashlib.blake2b(identity.encode(), digest_size=16)
        self._names: dict[tuple[str, int, int, str], str] = {}
        self._noises: dict[tuple[int, int, int], int] = {}

    def events_from(self, index: int) -> Iterator[MarketEvent]:
        """Yield the events from an index on, in time order, without end."""
        first, skip = divmod(index, BLOCK)
        yield from self.block(first)[skip:]
        for number in count(first + 1):
            yield from self.block(number)

    def block(self, number: int) -> list[MarketEvent]:
        """Return the 20 events of one block."""
        roll = mix(self._key ^ mix(number))
        ts = self.start_us + number * self.block_us
        symbol, other = roll % len(SYMBOLS), (roll >> 8) % len(SYMBOLS)
        spot = self._spot(symbol, ts)
        stocks = [(symbol, *_around(spot, roll >> 16)),
                  (other, *_around(self._spot(other, ts), roll >> 24))]  # fmt: skip
        contracts = [self._quoted(symbol, spot, ts, mix(roll + k)) for k in range(QUOTED)]
        events = self._quotes(number, ts, stocks, contracts, roll)
        events += self._equity_prints(number, ts, stocks, roll)
        events += self._option_prints(number, ts, contracts, roll)
        return events

    def _uid(self, index: int) -> bytes:
        digest = self._identity.copy()
        digest.update(index.to_bytes(8, "big"))
        return digest.digest()

    def _quotes(
        self, number: int, ts: int, stocks: list[tuple[int, int, int]],
        contracts: list[Quoted], roll: int,
    ) -> list[MarketEvent]:  # fmt: skip
        first, step = number * BLOCK, self._slot_us
        events: list[MarketEvent] = [
            EquityQuote(
                ts + slot * step, self._uid(first + slot), SYMBOLS[stock][0], bid, ask,
                100 * (1 + (roll >> 32 + slot) % 9), 100 * (1 + (roll >> 40 + slot) % 9),
            )
            for slot, (stock, bid, ask) in enumerate(stocks)
        ]  # fmt: skip
        events += [
            OptionQuote(
                ts + slot * step, self._uid(first + slot), contract, bid or None, ask,
                1 + (roll >> slot) % 200 if bid else None, 1 + (roll >> slot + 3) % 200,
            )
            for slot, (contract, bid, ask) in enumerate(contracts, 2)
        ]  # fmt: skip
        return events

    def _equity_prints(
        self, number: int, ts: int, stocks: list[tuple[int, int, int]], roll: int
    ) -> list[MarketEvent]:
        events: list[MarketEvent] = []
        for slot in range(2 + QUOTED, BLOCK - PRINTS):
            draw = mix(roll ^ slot << 32)
            stock, bid, ask = stocks[draw % 2]
            dark = (draw >> 8) % 10 < 3
            venues = _TRF_VENUES if dark else _LIT_VENUES
            size = 1 + _skewed(draw >> 16, 900)
            conditions = _ODD_LOT if size < 100 else _REGULAR if dark or draw >> 44 & 3 else _SWEPT
            events.append(
                EquityPrint(
                    ts + slot * self._slot_us, self._uid(number * BLOCK + slot),
                    SYMBOLS[stock][0], _price(bid, ask, draw >> 32, fine=dark), size * MICROS,
                    venues[(draw >> 48) % len(venues)], conditions, dark,
                )
            )  # fmt: skip
        return events

    def _option_prints(
        self, number: int, ts: int, contracts: list[Quoted], roll: int
    ) -> list[MarketEvent]:
        scene = (roll >> 4) % (60 * SECOND_US)
        sweep = scene < SWEEPS_PER_MINUTE * self.block_us
        large = not sweep and scene < (SWEEPS_PER_MINUTE + LARGE_PER_MINUTE) * self.block_us
        first = BLOCK - PRINTS
        gap = min(self._slot_us, 2 * MILLISECOND_US)
        events: list[MarketEvent] = []
        for slot in range(first, BLOCK):
            draw = mix(roll ^ slot << 40)
            swept = sweep and slot < BLOCK - 2
            at = (
                ts + first * self._slot_us + (slot - first) * gap
                if swept
                else ts + slot * self._slot_us
            )
            contract, bid, ask = contracts[0 if swept else draw % QUOTED]
            size = 1 + _skewed(draw >> 8, 40)
            conditions = _CONDITIONS[(draw >> 20) % len(_CONDITIONS)]
            if swept:
                size, conditions = 40 + (draw >> 8) % 160, _ISO
            elif large and slot == first:
                size, conditions = 400 + (draw >> 8) % 2_600, _LARGE[(draw >> 20) % len(_LARGE)]
            venue = slot if swept else draw >> 28
            events.append(
                OptionPrint(
                    at, self._uid(number * BLOCK + slot), contract,
                    ask if swept else _price(bid, ask, draw >> 36, fine=False), size,
                    _OPTION_VENUES[venue % len(_OPTION_VENUES)], conditions,
                )
            )  # fmt: skip
        return events

    def _spot(self, symbol: int, ts: int) -> int:
        """Return the price in whole cents of micro-dollars: smooth noise around the base."""
        base = SYMBOLS[symbol][1] * MICROS
        parts = 0
        for wave, (period_s, amplitude) in enumerate(_WAVES):
            cell, within = divmod(ts, period_s * SECOND_US)
            left, right = self._noise(symbol, wave, cell), self._noise(symbol, wave, cell + 1)
            parts += amplitude * (left + (right - left) * within // (period_s * SECOND_US))
        return (base + base * parts // (MICROS * 1_000)) // _CENT * _CENT

    def _noise(self, symbol: int, wave: int, cell: int) -> int:
        """Return a number of -1000 to 1000 that belongs to one cell of time."""
        key = (symbol, wave, cell)
        value = self._noises.get(key)
        if value is None:
            if len(self._noises) > 10_000:
                self._noises.clear()
            value = mix(self._key ^ mix(symbol << 56 | wave << 48 | cell)) % 2_001 - 1_000
            self._noises[key] = value
        return value

    def _quoted(self, symbol: int, spot: int, ts: int, draw: int) -> Quoted:
        """Return one contract near the money and its market."""
        name, _, step_dollars, volatility = SYMBOLS[symbol]
        step = step_dollars * MICROS
        strike = spot // step * step + ((draw >> 4) % 9 - 4) * step
        today = ts // _DAY_US + EPOCH.toordinal()
        friday = today + (5 - today) % 7  # ordinal 5 is a Friday
        expiry = friday + (0, 7, 14, 28)[(draw >> 12) % 4]
        right = "CP"[(draw >> 16) % 2]
        value = _option_value(spot, strike, expiry - today, volatility, right)
        tick = _CENT if value < 3 * MICROS else 5 * _CENT
        bid = value // tick * tick
        return (
            self._name(name, expiry, strike, right),
            bid,
            bid + tick * (1 + (strike // step + expiry) % 3),
        )

    def _name(self, root: str, expiry: int, strike: int, right: str) -> str:
        key = (root, expiry, strike, right)
        text = self._names.get(key)
        if text is None:
            day = date.fromordinal(expiry).isoformat()
            text = self._names[key] = f"{root}-{day}-{strike // MICROS}-{right}"
        return text


def _around(spot: int, draw: int) -> tuple[int, int]:
    """Return bid and ask around a price, one to three cents apart."""
    return spot - _CENT * (draw % 2), spot + _CENT * (1 + (draw >> 4) % 2)


def _price(bid: int, ask: int, draw: int, *, fine: bool) -> int:
    """Return a trade price: bid, ask or between; `fine` allows the exact midpoint."""
    where = draw % 10
    if where < 4 and bid:
        return bid
    if where < 8:
        return ask
    mid = (bid + ask) // 2
    return mid if fine else max(mid // _CENT * _CENT, _CENT)


def _skewed(draw: int, most: int) -> int:
    """Return 0 to `most`, small far more often than large."""
    share = draw % 256
    return share * share * share * most // 255**3


def _option_value(spot: int, strike: int, days: int, volatility: int, right: str) -> int:
    """Return a plausible option value: intrinsic, and time value that falls off with distance."""
    root_time = isqrt((days + 1) * 1_000_000 // 365)  # thousandths of the root of years
    at_the_money = spot * volatility * root_time * 4 // (100 * 1_000 * 10) + 1
    distance = abs(strike - spot) * 100 // (2 * at_the_money)
    intrinsic = max(0, spot - strike if right == "C" else strike - spot)
    return intrinsic + at_the_money * 10_000 // (10_000 + distance * distance)
