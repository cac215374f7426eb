"""Making and finding runs. Run 0 is live; a name reaches every other."""

from dataclasses import dataclass

from django.db import connection, transaction

from flow.storage.schemas import Alias, alias_of
from replay.models import Run


@dataclass(frozen=True)
class RunRef:
    """A chosen run as pages, sockets and the API pass it on."""

    id: int
    name: str
    kind: str

    @property
    def alias(self) -> Alias:
        return alias_of(self.id)

    @property
    def is_live(self) -> bool:
        return self.id == 0


LIVE = RunRef(0, "live", "live")


class UnknownRun(LookupError):
    """No run has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"run is {name!r}; no run has that name; choose one of /api/v1/status")


def find_run(name: str | None) -> RunRef:
    """Return the run of a name; live without one. Errors: UnknownRun."""
    if not name or name == LIVE.name:
        return LIVE
    # PostgreSQL holds no NUL in a text; no run can have such a name.
    run = None if "\x00" in name else Run.objects.filter(name=name).first()
    if run is None:
        raise UnknownRun(name)
    return RunRef(run.id, run.name, run.kind)


def open_import_run(name: str) -> Run:
    """Return the import run of a name, made on first use with the next free number."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE")
        found = Run.objects.filter(name=name).first()
        if found is not None:
            return found
        last = Run.objects.order_by("-id").values_list("id", flat=True).first() or 0
        return Run.objects.create(id=last + 1, name=name, kind=Run.Kind.IMPORT)
