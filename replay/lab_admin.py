"""The scenario lab in the admin: choose, save, and read what passed, what failed and why first."""

from collections import Counter
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from flow.domain.units import to_datetime
from flow.evidence_admin import LookOnlyAdmin
from flow.evidence_text import MISSING, instant, table, time
from ingest.synthetic.lab import MOST, must_come, one_and_a_near_miss_of_each
from ingest.synthetic.scenarios.catalogue import SCENARIOS
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.trading_days import FIRST_YEAR, LAST_YEAR, trading_calendar
from replay.models import Examination
from replay.scenario_lab import lab_ask, unfinished_examination

REFRESH_S = "3"
MARKS = {"pass": "\N{CHECK MARK} pass", "fail": "\N{MULTIPLICATION X} fail"}


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for each in SCENARIOS.values():
        found.setdefault(each.family.replace("_", " "), []).append((each.name, _label(each)))
    return list(found.items())


def _label(scenario: Scenario) -> str:
    near = f" (near miss of {scenario.near_miss_of})" if scenario.near_miss_of else ""
    return f"{scenario.name}{near}: {must_come(scenario)}"


class ExaminationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What to play. Every hypothesis and one near miss of each are chosen to begin with."""

    scenarios = forms.MultipleChoiceField(
        choices=_choices,
        widget=forms.CheckboxSelectMultiple,
        initial=one_and_a_near_miss_of_each,
        help_text=f"1 to {MOST}; after the colon what must come of it.",
    )

    class Meta:
        model = Examination
        fields = ("scenarios", "seed", "trade_date", "thresholds")

    def clean_scenarios(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["scenarios"]
        if len(chosen) > MOST:
            raise ValidationError(f"{len(chosen)} scenarios are chosen; expected 1 to {MOST}.")
        return chosen

    def clean_trade_date(self) -> Any:
        day = self.cleaned_data["trade_date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"{day} received; expected a day of {FIRST_YEAR} to {LAST_YEAR}.")
        close = trading_calendar().close_of(day.toordinal())
        if close is None:
            raise ValidationError(f"{day} received; expected a trading day: exchanges are closed.")
        return day

    def clean(self) -> dict[str, Any]:
        unfinished = unfinished_examination()
        if unfinished is not None:
            raise ValidationError(f"{unfinished} is not over; wait for it, then save again.")
        return super().clean() or self.cleaned_data


@admin.register(Examination)
class ExaminationAdmin(LookOnlyAdmin):
    """Asked for once, never changed: what came of it stays comparable."""

    class Media:
        css: ClassVar[Any] = {"all": ("css/admin-lab.css",)}

    form = ExaminationForm
    list_display = (
        "id", "verdict", "seed", "trade_date", "told_with", "engine", "asked_by",
        time("asked_at", "asked"),
    )  # fmt: skip
    list_select_related = ("asked_by",)
    list_per_page = 50
    ordering = ("-id",)
    shown: ClassVar[Any] = (
        "verdict", "outcomes", "seed", "trade_date", "told_with", "engine", "asked_by",
        time("asked_at", "asked"), time("ended_at", "ended"),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: Examination | None = None) -> Any:
        return [(None, {"fields": self.shown if obj else ExaminationForm.Meta.fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Examination | None = None) -> Any:
        return self.shown if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.scenarios = form.cleaned_data["scenarios"]
        lab_ask(obj, user=request.user)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return HttpResponseRedirect(reverse("admin:replay_examination_change", args=(obj.pk,)))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().render_change_form(request, context, *args, **kwargs)
        obj = context.get("original")
        if obj is not None and not obj.is_over:
            response["Refresh"] = REFRESH_S
        return response

    @admin.display(description="verdict")
    def verdict(self, row: Examination) -> str:
        """Return how many passed, or how far it is."""
        if row.state == Examination.State.FAILED:
            return f"Failed: {row.sentence}"
        if not row.is_over:
            return f"{row.get_state_display()}: {len(row.scenarios)} scenarios"
        counts = Counter(each["outcome"] for each in row.results)
        rest = f", {counts['not played']} not played" if counts["not played"] else ""
        return f"{counts['pass']} of {len(row.results)} pass, {counts['fail']} fail{rest}"

    @admin.display(description="scenarios")
    def outcomes(self, row: Examination) -> SafeString:
        """Return a line per scenario: what must come, what came, and the first difference."""
        if not row.results:
            return table(("scenario",), ((name,) for name in row.scenarios))
        return table(
            ("", "scenario", "first difference", "must come", "came", "played", "evidence"),
            (_line(each) for each in row.results),
            note="Evidence is what the scenario's own prints must show, before any rule is asked. "
            "A near miss passes when nothing is read as what it nearly is.",
        )


def _line(result: dict[str, Any]) -> tuple[str, ...]:
    outcome, start = result["outcome"], result["start_us"]
    return (
        MARKS.get(outcome, outcome),
        result["scenario"],
        _first(result["differences"]),
        result["expected"],
        result["found"],
        f"{result['symbol']} {instant(to_datetime(start))[11:19]}" if start else MISSING,
        result["evidence"],
    )


def _first(differences: list[dict[str, str]]) -> str:
    if not differences:
        return MISSING
    first = differences[0]
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return f"{first['what']}: expected {first['expected']}, came {first['found']}{more}"
