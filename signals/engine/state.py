"""The state that the engine owns: open windows, baselines, chains, memory; saved and restored.

A saved state continues exactly where it stood: equal input afterwards gives equal output. Its bytes
are deterministic, so two copies can be compared.
"""

from flow.domain.events import StampedPrint
from flow.domain.sessions import Calendar
from signals.engine.alerts import Chain
from signals.engine.baselines import Baselines
from signals.engine.calendar import EventCalendar
from signals.engine.cancels import Days
from signals.engine.clusters import Clusters
from signals.engine.flow_context import FlowWindows
from signals.engine.followups import FollowUps
from signals.engine.groups import Group, Order
from signals.engine.interest import OpenInterests
from signals.engine.lines import Lines
from signals.engine.memory import Memory
from signals.engine.params import Params
from signals.engine.records import ENGINE_VERSION
from signals.engine.rulings import Rulings
from signals.engine.structures.candidates import Candidates
from signals.engine.structures.packages import Packages
from signals.engine.subjects import Subject
from signals.engine.trade_types import Averages

STATE_VERSION = 5

# What is counted, so that nothing vanishes: every print of the log is in exactly one of these.
COUNTERS = (
    "clustered", "late", "late_report", "cancel", "orphan_cancel", "compression", "zero_price",
    "unparsed", "outside_session",
)  # fmt: skip
OTHER_COUNTERS = ("tuning_rejected", "calendar_rejected", "open_interest_rejected")


class StateError(ValueError):
    """A saved state that this engine cannot continue."""

    def __init__(self, received: str, *, version: int = STATE_VERSION) -> None:
        """Say what was received and what is expected; `version` is that of the state's layout."""
        self.received = received
        super().__init__(
            f"state is {received}; expected version {version} of engine {ENGINE_VERSION}; "
            "compute again from the start of the session"
        )


def _weekdays(from_date: int, to_date: int) -> int:
    """Return the weekdays in (from, to]: where no calendar is known."""
    weeks, rest = divmod(to_date - from_date, 7)
    return 5 * weeks + sum((from_date + day) % 7 not in (6, 0) for day in range(1, rest + 1))


class EngineState:
    """Everything that one print stream's engine remembers. Changed only by `pipeline.step`.

    `calendar` is a fact of the market and not saved. `measured` is what the sessions of candidates
    told, by the uid of their opening print: not saved, because it can be measured again. `owned`
    are prints that a flagged package took from their sessions, `packaged` the packages that are not
    due yet, `cancelled` the prints that a cancel took back before they were final.
    """

    __slots__ = (
        "averages", "baselines", "calendar", "cancelled", "cancels", "candidates", "chains",
        "clusters", "counters", "days", "events", "flow", "followups", "interest", "lines",
        "measured", "memory", "owned", "packaged", "packages", "rulings", "watermark",
    )  # fmt: skip

    def __init__(self, *, pinned: bool = False, calendar: Calendar | None = None) -> None:
        """Start with nothing seen; a pinned state ignores tuning entries of the log."""
        self.watermark = 0
        self.calendar = calendar
        self.rulings = Rulings(pinned=pinned)
        self.clusters = Clusters(self.rulings)
        self.packages = Packages(self.rulings)
        self.packaged: list[tuple[Order, Group]] = []
        self.owned: dict[bytes, int] = {}
        self.candidates = Candidates()
        self.lines = Lines()
        self.measured: dict[bytes, Subject] = {}
        self.baselines = Baselines(calendar.sessions_between if calendar else _weekdays, Params())
        self.averages = Averages()
        self.flow = FlowWindows(Params())
        self.events = EventCalendar()
        self.interest = OpenInterests()
        self.followups = FollowUps()
        self.days = Days()
        self.memory = Memory()
        self.cancels: list[StampedPrint] = []  # not yet applied, by place
        self.cancelled: dict[bytes, int] = {}
        self.chains: dict[str, Chain] = {}
        self.counters = dict.fromkeys((*COUNTERS, *OTHER_COUNTERS), 0)

    @property
    def pinned(self) -> bool:
        """Return whether tuning entries of the log are ignored."""
        return self.rulings.pinned

    @pinned.setter
    def pinned(self, value: bool) -> None:
        self.rulings.pinned = value
