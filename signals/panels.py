"""The panels that show conclusions: the alert queue, and how far the engine has come."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from flow.domain.units import from_datetime
from flow.live.filters import amount_of, choices_of, symbols_of
from flow.live.registry import Query, RunLike, register
from flow.models import Stream
from flow.templatetags import flow_format as fmt
from signals.engine.profiles.readings import READINGS
from signals.engine.quality import grade_of
from signals.models import StepLedger
from signals.storage.reads import AlertRow, DerivedFilter, alert_page, alerts_of_steps

ALERT_ROWS = 25
SHARD = 0
MAX_STEPS = 500
SEVERITIES = {"high": "High", "medium": "Medium", "low": "Low"}
DIRECTIONS = {
    "bullish": "Bullish",
    "bearish": "Bearish",
    "neutral": "Neutral",
    "mixed": "Mixed",
    "unknown": "Unknown",
}
# Letters of product-ui.md section 3 and short names by profile.
FAMILIES = {
    "institutional_directional": ("D", "directional"),
    "retail_whale": ("A", "attention"),
    "event_driven": ("E", "event"),
    "vol_seller": ("V", "volatility"),
    "arbitrage": ("S", "structure"),
    "hedge_reactive": ("H", "hedge"),
}
NO_FAMILY = ("–", "no reading")


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One row of the queue, ready for its template."""

    key: str
    address: str
    date: str
    time: str
    time_title: str
    root: str
    day: str
    strike: str
    family: str
    what: str
    reading: str
    direction: str
    direction_word: str
    severity: str
    severity_word: str
    score: int
    quality: str
    grade: str
    premium: str
    prints: str
    size: str
    is_revised: bool
    is_withdrawn: bool


def address_of(row: Any) -> str:
    """Return the key of a derived row in addresses: run-µs-uid-rev."""
    return f"{row.run}-{from_datetime(row.ts)}-{row.uid.hex}-{row.rev}"


def family_of(profile: str | None) -> tuple[str, str, str]:
    """Return letter, short name and sentence of a profile; a dash where nothing was read."""
    letter, name = FAMILIES.get(profile or "", NO_FAMILY)
    reading = READINGS.get(profile or "", "")
    return letter, name, f"consistent with {reading}" if reading else name


def alert_line(row: AlertRow) -> AlertLine:
    """Return the line of one alert."""
    root, day, strike = fmt.contract_parts(row.contract)
    family, what, reading = family_of(row.primary_profile)
    return AlertLine(
        key=f"{from_datetime(row.ts):014x}{row.uid.hex}",
        address=address_of(row),
        date=fmt.et_day(row.ts),
        time=fmt.et_time(row.ts),
        time_title=f"{fmt.et_moment(row.ts)}, {fmt.utc(row.ts)}",
        root=root,
        day=day,
        strike=strike,
        family=family,
        what=what,
        reading=reading,
        direction=row.direction,
        direction_word=DIRECTIONS.get(row.direction, row.direction),
        severity=row.severity,
        severity_word=SEVERITIES.get(row.severity, row.severity),
        score=row.score,
        quality=fmt.percent(row.evidence_quality),
        grade=grade_of(row.evidence_quality),
        premium=fmt.money(row.premium_micros),
        prints=fmt.count(row.print_count),
        size=fmt.count(row.size),
        is_revised=row.rev > 0,
        is_withdrawn=row.withdrawn,
    )


class AlertTail:
    """Alerts of one run in the order of their steps, by the ledger."""

    def __init__(self, run: RunLike) -> None:
        self._run = run
        self._seen = self._newest_step()

    def poll(self) -> list[AlertRow] | None:
        """Return the alerts of new steps; None when there are too many steps to follow."""
        steps = list(self._ledger().filter(step_no__gt=self._seen).order_by("step_no")[:MAX_STEPS])
        if not steps:
            return []
        self._seen = steps[-1].step_no
        if len(steps) == MAX_STEPS:
            self._seen = self._newest_step()
            return None
        told = [step for step in steps if step.alerts and step.out_min_ts and step.out_max_ts]
        if not told:
            return []
        span = min(s.out_min_ts for s in told), max(s.out_max_ts for s in told)
        rows = alerts_of_steps(
            self._run.alias, self._run.id, first=told[0].step_no, last=told[-1].step_no, span=span
        )
        return sorted(rows, key=lambda row: (row.step_no, row.ordinal, row.rev))

    def close(self) -> None:
        """Nothing to give back: it reads through the thread's own Django connection."""

    def _newest_step(self) -> int:
        return self._ledger().order_by("-step_no").values_list("step_no", flat=True).first() or 0

    def _ledger(self) -> Any:
        return StepLedger.objects.using(self._run.alias).filter(run=self._run.id, shard=SHARD)


class Alerts:
    """The queue of alerts, newest first."""

    name = "alerts"
    limit = ALERT_ROWS

    def choose(self, query: Query) -> DerivedFilter:
        return DerivedFilter(
            underlyings=symbols_of(query),
            severities=choices_of(query, "severity", SEVERITIES),
            directions=choices_of(query, "direction", DIRECTIONS),
            min_premium_micros=amount_of(query, "prem"),
        )

    def newest(self, run: RunLike, chosen: DerivedFilter) -> list[AlertRow]:
        return alert_page(run.alias, run.id, limit=self.limit, chosen=chosen)

    def accepts(self, row: AlertRow, chosen: DerivedFilter) -> bool:
        least = chosen.min_premium_micros
        return (
            (not chosen.underlyings or row.underlying in chosen.underlyings)
            and (not chosen.severities or row.severity in chosen.severities)
            and (not chosen.directions or row.direction in chosen.directions)
            and (least is None or (row.premium_micros or -1) >= least)
        )

    def key(self, row: AlertRow) -> str:
        return f"{from_datetime(row.ts):014x}{row.uid.hex}"

    def revision(self, row: AlertRow) -> int:
        return row.rev

    def html(self, run: RunLike, row: AlertRow) -> str:
        return render_to_string("signals/panels/alert_row.html", {"a": alert_line(row), "run": run})

    def tail(self, run: RunLike) -> AlertTail:
        return AlertTail(run)


class Engine:
    """How far compute has come with the log of the run: silence has to be explained."""

    name = "engine"
    every_s = 1.0

    def choose(self, query: Query) -> None:
        return None

    def html(self, run: RunLike, chosen: None) -> str:
        ledger = StepLedger.objects.using(run.alias).filter(run=run.id, shard=SHARD)
        last = ledger.order_by("-step_no").first()
        streams = Stream.objects.using(run.alias).filter(run=run.id, kind="option_print")
        behind = sum(_batches_behind(run, stream) for stream in streams[:50])
        context = {"last": last, "behind": behind, "run": run}
        return render_to_string("signals/panels/engine.html", context)


def _batches_behind(run: RunLike, stream: Stream) -> int:
    done = (
        StepLedger.objects.using(run.alias)
        .filter(run=run.id, shard=SHARD, stream=stream.pk)
        .order_by("-step_no")
        .values_list("last_batch", flat=True)
        .first()
    )
    return int(stream.batch_no - (done or 0))


register(Alerts())
register(Engine())
