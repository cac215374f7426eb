"""The verdict as text for a terminal: tables that a person reads, nothing computed."""

from collections.abc import Iterator

from ingest.synthetic.verdicts import Verdict


def lines_of(verdict: Verdict) -> Iterator[str]:
    """Yield the lines of a verdict."""
    report = verdict.report
    yield (
        f"{verdict.episodes} episodes in {verdict.hours:.2f} market hours, {verdict.prints:,} "
        f"option prints, {verdict.noise_share:.2%} of them background"
    )
    yield f"left out, because their events do not show the label: {verdict.failed or 'none'}"
    yield ""
    yield f"{'profile':28}{'label':>7}{'read':>7}{'right':>7}{'prec':>8}{'recall':>8}{'F1':>8}"
    for row in report.profiles:
        yield (
            f"{row.profile:28}{row.labelled:7}{row.read:7}{row.hits:7}"
            f"{_share(row.precision):>8}{_share(row.recall):>8}{_share(row.f1):>8}"
        )
    yield (
        f"macro F1 {_share(report.macro_f1)}  micro F1 {_share(report.micro_f1)}  "
        f"MCC {_share(report.mcc)}  abstention {_share(report.abstention_rate)}  "
        f"correct rejections {report.correct_rejections}"
    )
    told = report.directional
    yield f"direction agrees in {_share(told.agreed)} of {told.labelled} readings that state one"
    yield ""
    yield from _confusion(verdict)
    yield ""
    yield (
        f"calibration: Brier {_share(report.brier)}  log loss {_share(report.log_loss)}  "
        f"ECE {_share(report.ece)}"
    )
    for each in report.reliability:
        if each.count:
            yield (
                f"  score {each.low:.2f} to {each.high:.2f}: {each.count:5} read, mean "
                f"{_share(each.mean_score)}, right {_share(each.accuracy)}"
            )
    yield ""
    yield (
        f"false alerts: {verdict.false_per_hour:.2f} an hour "
        f"({', '.join(f'{count} {name}' for name, count in verdict.false_alerts.items())}); "
        f"off-exchange events without a scene: {verdict.dark_false_per_hour:.2f} an hour"
    )
    for source, count in verdict.false_by_source.items():
        yield f"  {count:5}  {source}"
    yield "errors:"
    for error, count in verdict.errors.items():
        yield f"  {count:5}  {error}"
    yield "right by scenario:"
    for name, (right, whole) in verdict.by_scenario.items():
        yield f"  {right:4} of {whole:4}  {name}"
    yield "off exchange:"
    for name, counts in verdict.dark.items():
        yield f"  {name}: {', '.join(f'{count} x {kind}' for kind, count in counts.items())}"


def _confusion(verdict: Verdict) -> Iterator[str]:
    confusion = verdict.report.confusion
    names = [*confusion.profiles, "(none)"]
    yield f"{'label, down; reading, across':30}" + "".join(f"{name[:10]:>12}" for name in names)
    for name, row in zip(names, confusion.counts, strict=True):
        yield f"{name:30}" + "".join(f"{count:12}" for count in row)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
