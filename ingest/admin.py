"""The control of the synthetic market in the admin: an explicit Save, a history, no deleting."""

from typing import Any

import msgspec
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from flow.evidence_admin import LookOnlyAdmin
from ingest.models import SyntheticControl
from ingest.synthetic.control import Control
from ingest.synthetic.scenarios.catalogue import PROFILES
from ingest.synthetic.scenarios.labelled import DEMO_PROFILES
from ingest.synthetic_control import FIELDS, control_save, current, is_available

WEIGHT = "weight_"
LEVELS = (("low", "low, 0.6"), ("normal", "normal, 1.0"), ("high", "high, 1.6"))


class ControlForm(forms.ModelForm):  # type: ignore[type-arg]
    """A draft in the browser: nothing is sent before Save."""

    demo_profile_id = forms.ChoiceField(
        label="Labelled demo", required=False,
        choices=[("", "none"), *((name, name) for name in sorted(DEMO_PROFILES))],
    )  # fmt: skip
    is_confirmed = forms.BooleanField(
        label="Change the running market", help_text="Everybody on this installation sees it."
    )

    class Meta:
        model = SyntheticControl
        fields = (
            "preset_id", "coverage_assist", "coverage_window_minutes", "shared_seed",
            "demo_profile_id", "reason",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for profile in PROFILES:
            self.fields[WEIGHT + profile] = forms.ChoiceField(
                label=profile.replace("_", " "), choices=LEVELS
            )

    def values(self) -> dict[str, Any]:
        """Return what was entered, as the columns of a saved control."""
        found = {name: self.cleaned_data[name] for name in FIELDS if name != "profile_weights"}
        weights = {profile: self.cleaned_data[WEIGHT + profile] for profile in PROFILES}
        changed = {name: weight for name, weight in weights.items() if weight != "normal"}
        return {**found, "profile_weights": changed}


@admin.register(SyntheticControl)
class SyntheticControlAdmin(LookOnlyAdmin):
    """Who set what, why and from when on; a new line is the only way to change anything."""

    form = ControlForm
    change_form_template = "admin/ingest/syntheticcontrol/change_form.html"
    list_display = ("id", "preset_id", "saved_by", "saved_at", "from_ts", "changes", "reason")
    list_per_page = 50
    ordering = ("-id",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_available()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_available() and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: SyntheticControl | None = None) -> Any:
        if obj is not None:
            return [(None, {"fields": (*FIELDS, "reason", "saved_by", "saved_at", "from_ts")})]
        weights = tuple(WEIGHT + profile for profile in PROFILES)
        return [
            (None, {"fields": ControlForm.Meta.fields[:-1]}),
            ("Weights of the profiles", {"fields": weights}),
            ("Save", {"fields": ("reason", "is_confirmed")}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["fields"] = ControlForm.Meta.fields
        return super().get_form(request, obj, change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        row = current()
        values = msgspec.structs.asdict(Control())
        if row is not None:
            values = {name: getattr(row, name) for name in FIELDS}
        weights = {
            WEIGHT + name: values["profile_weights"].get(name, "normal") for name in PROFILES
        }
        return {**{name: values[name] for name in FIELDS}, **weights}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        saved = control_save(form.values(), reason=obj.reason, user=request.user)
        obj.pk = saved.pk
        obj.refresh_from_db()
        messages.info(request, f"In force from {saved.from_ts:%H:%M:%S} UTC on.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["current_control"] = current()
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="changes")
    def changes(self, obj: SyntheticControl) -> str:
        """Return old and new values against the line before."""
        before = SyntheticControl.objects.filter(pk__lt=obj.pk).order_by("-pk").first()
        old = msgspec.structs.asdict(Control()) if before is None else None
        found = []
        for name in FIELDS:
            was = old[name] if old is not None else getattr(before, name)
            now = getattr(obj, name)
            if (was or "") != (now or ""):
                found.append(f"{name}: {was or 'none'} to {now or 'none'}")
        return "; ".join(found) or "nothing"
