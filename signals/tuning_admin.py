"""Thresholds in the admin: drafts are edited, revisions are history.

What was ever in force is looked at and drafted again, never changed; the database refuses it too.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from flow.evidence_admin import LookOnlyAdmin
from flow.evidence_text import table
from signals.engine.params import PARAMETERS, PRESETS, Params
from signals.models import TuningRevision
from signals.tuning import tuning_activate
from signals.tuning_form import (
    PREFIX,
    TuningForm,
    differences,
    draft_fieldsets,
    starting_values,
)

SHOWN = ("state", "reason", "author", "digest", "created_at", "activated_at", "all_values")


@admin.register(TuningRevision)
class TuningRevisionAdmin(LookOnlyAdmin):
    form = TuningForm
    change_list_template = "admin/signals/tuningrevision/change_list.html"
    list_display = ("id", "state", "reason", "author", "created_at", "activated_at")
    list_per_page = 50
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(
        self, request: HttpRequest, obj: TuningRevision | None = None
    ) -> bool:
        return self.has_view_permission(request) and (obj is None or _is_draft(obj))

    def has_delete_permission(
        self, request: HttpRequest, obj: TuningRevision | None = None
    ) -> bool:
        # Never for a list: deleting happens one draft at a time.
        return obj is not None and _is_draft(obj) and self.has_view_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: TuningRevision | None = None) -> Any:
        if obj is None or _is_draft(obj):
            return draft_fieldsets()
        return [(None, {"fields": SHOWN})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        values = starting_values(request.GET.get("from"), request.GET.get("preset"))
        return {PREFIX + key: value for key, value in values.items()}

    def save_model(
        self, request: HttpRequest, obj: TuningRevision, form: Any, change: bool
    ) -> None:
        params = Params.from_values(form.values)
        obj.values, obj.digest = params.values(), params.digest
        obj.author_id = request.user.pk
        obj.save()

    def get_urls(self) -> list[URLPattern]:
        activate = path(
            "<int:revision>/activate/",
            self.admin_site.admin_view(self.activate),
            name="signals_tuningrevision_activate",
        )
        return [activate, *super().get_urls()]

    def activate(self, request: HttpRequest, revision: int) -> HttpResponse:
        """Ask first and show what would change; on POST put the draft into force."""
        draft = TuningRevision.objects.filter(pk=revision).first()
        if draft is None:
            raise Http404(f"revision is {revision}; no revision has that number")
        if not self.has_view_permission(request):
            raise PermissionDenied
        back = reverse("admin:signals_tuningrevision_change", args=[revision])
        if request.method != "POST":
            return self._confirmation(request, draft)
        try:
            tuning_activate(draft)
        except ValueError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(back)
        self.log_change(request, draft, "Activated")
        messages.success(request, f"Revision {revision} is in force from the next entries on.")
        return HttpResponseRedirect(back)

    def _confirmation(self, request: HttpRequest, draft: TuningRevision) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Activate revision {draft.pk}?",
            "opts": self.opts,
            "draft": draft,
            "is_draft": _is_draft(draft),
            "changes": differences(draft.values),
        }
        return TemplateResponse(request, "admin/signals/tuningrevision/activate.html", context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        presets = {"presets": sorted(PRESETS)}
        return super().changelist_view(request, {**(extra_context or {}), **presets})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        revision = context.get("original")
        context["is_draft"] = revision is not None and _is_draft(revision)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="values")
    def all_values(self, obj: TuningRevision) -> SafeString:
        return table(
            ("parameter", "value", "default", "expected", "meaning"),
            [
                (each.key, obj.values.get(each.key), each.default, each.expectation, each.help)
                for each in PARAMETERS
            ],
        )


def _is_draft(revision: TuningRevision) -> bool:
    return revision.state == TuningRevision.State.DRAFT
