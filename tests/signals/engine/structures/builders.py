"""Builders of structure tests: contracts by short names, legs, packages, candidates."""

import re
from collections.abc import Sequence
from typing import Any

from flow.domain.conditions import read_conditions
from flow.domain.contracts import Contract, parse_contract
from flow.domain.ids import content_uid
from signals.engine.clusters import ClosedSession, Held
from signals.engine.params import Params
from signals.engine.structures.legs import Leg
from signals.engine.structures.matching import Candidate, candidate_of
from signals.engine.structures.packages import Packages
from tests.support.engine_builders import COMPLEX, ms, stamped

JAN, FEB = "2025-01-17", "2025-02-21"
MULTIPLIER = 100


def contract(name: str, expiry: str = JAN, root: str = "SPY") -> Contract:
    """Return a contract by its short name: C450, P447.5."""
    return parse_contract(f"{root}-{expiry}-{name[1:]}-{name[0]}")


def leg(name: str, sign: int = 0, size: int = 10, **changes: Any) -> Leg:
    """Return a leg bought or sold at 4.00; `usd`, `bid` and `ask` are dollars."""
    listed = contract(name, changes.pop("expiry", JAN), changes.pop("root", "SPY"))
    value = round(changes.pop("usd", 4.0) * 1_000_000) * size
    fields: dict[str, Any] = {
        "contract": listed,
        "text": listed.canonical,
        "size": size,
        "value_micros": value,
        "premium_micros": None if listed.multiplier is None else value * listed.multiplier,
        "sign": sign,
        "start_ts": ms(0),
        "end_ts": ms(0),
        "imbalance": float(sign),
        "signed_share": float(abs(sign)),
    }
    for side in ("bid", "ask"):
        if side in changes:
            fields[f"{side}_micros"] = round(changes.pop(side) * 1_000_000)
    return Leg(**(fields | changes))


class OneRuling:
    """Every revision has the parameters that it is given, else the defaults."""

    def __init__(self, **revisions: dict[str, object]) -> None:
        self._of = {int(name[1:]): Params.from_values(each) for name, each in revisions.items()}

    def cluster_params(self, revision: int) -> Params:
        return self._of.get(revision) or Params()


def flagged(seq: int, at: float, name: str, size: int = 10, **changes: Any) -> Held:
    """Return a print that is flagged as part of a package, `at` milliseconds after T0."""
    revision = changes.pop("revision", 0)
    text = contract(name, changes.pop("expiry", JAN), changes.pop("root", "SPY")).canonical
    fields = {"seq": seq, "ts": ms(at), "contract": text, "size": size, "conditions": (COMPLEX,)}
    uid = content_uid("flagged", seq)
    return Held(stamped(**({"uid": uid} | fields | changes)), revision)


def hold(packages: Packages, held: Sequence[Held]) -> Packages:
    """Add prints to packages in this order."""
    for each in held:
        print_ = each.print
        packages.add(
            each, parse_contract(print_.contract), read_conditions(print_.conditions, False)
        )
    return packages


def candidate(name: str, sign: int = 1, size: int = 100, **changes: Any) -> Candidate:
    """Return a candidate on venues 3 and 4; `at` and `lasts` are milliseconds."""
    at, lasts = changes.pop("at", 0), changes.pop("lasts", 0)
    venues = changes.pop("venues", (3, 4))
    revision, params = changes.pop("revision", 0), changes.pop("params", Params())
    gap = params.cluster_gap_ms * 1_000
    due = changes.pop("due", ms(at + lasts) + gap)
    made = leg(name, sign, size, start_ts=ms(at), end_ts=ms(at + lasts), **changes)
    opening = Held(stamped(ts=ms(at), contract=made.text, size=size), revision)
    session = ClosedSession(due, made.text, [opening], 0)
    return candidate_of(made, session, venues, revision=revision, params=params)


class Open:
    """Candidates whose sessions are not final yet, as the clusters know them."""

    def __init__(self, candidates: Sequence[Candidate] = ()) -> None:
        self.candidates = candidates

    def latest_due(self, underlying: str, from_ts: int, to_ts: int) -> int:
        found = [
            each.session.due
            for each in self.candidates
            if each.leg.contract.underlying == underlying and from_ts <= each.leg.start_ts <= to_ts
        ]
        return max(found, default=0)


NOTHING_OPEN = Open()
_SHORT = re.compile(r"([+?-])(?:(\w+):)?([CP][\d.]+)(?:x(\d+))?(@FEB)?")


def legs_of(text: str) -> list[Leg]:
    """Return legs by short names: `+C450 -C455x20 ?P450@FEB +SPXW:C450`; sizes are 10."""
    found = []
    for each in text.split():
        match = _SHORT.fullmatch(each)
        assert match, each
        sign, root, name, size, far = match.groups()
        found.append(
            leg(
                name,
                {"+": 1, "-": -1, "?": 0}[sign],
                int(size or 10),
                expiry=FEB if far else JAN,
                root=root or "SPY",
            )
        )
    return found
