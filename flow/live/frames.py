"""Frames and the credit of one: the text of the socket, its limits and its close codes.

A frame is JSON {epoch, n, head, parts}; the next one is due only after {epoch, n} came back. So a
slow or frozen browser costs one frame of memory, on any server (design, point 7).
"""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from flow.live.rings import Part

FRAME_BYTES = 64 * 1024
MESSAGE_BYTES = 8 * 1024
MESSAGES_PER_S = 20
HEARTBEAT_S = 5.0
ACK_PATIENCE_S = 20.0
FRAME_GAP_S = 0.125  # eight frames a second

# Daphne can send 1000 and 4000-4999 only; anything else reaches the browser as 1011.
SIGNED_OUT, UNKNOWN_RUN, BAD_PANELS = 4401, 4404, 4400
TOO_FAST, TOO_BIG, COME_BACK, TOO_MANY = 4008, 4009, 4013, 4429


class Addressed(NamedTuple):
    """One part and the panel it is for."""

    panel: str
    part: Part


def encode(epoch: str, n: int, head: dict[str, Any], parts: list[Addressed]) -> str:
    """Return the text of a frame."""
    body = {"epoch": epoch, "n": n, "head": head, "parts": [_plain(part) for part in parts]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _plain(addressed: Addressed) -> dict[str, Any]:
    part = addressed.part
    return {
        "panel": addressed.panel,
        "mode": part.mode,
        "html": "".join(part.rows),
        "rows": len(part.rows),
        "fresh": part.fresh,
    }


def size_of(part: Part) -> int:
    """Return about how many bytes a part takes in a frame, quotes escaped."""
    text = "".join(part.rows)
    return len(text.encode()) + text.count('"') + 200


def cut(part: Part, budget: int) -> Part:
    """Return the newest rows of a snapshot that fit; a page too wide for a frame stays honest.

    `rows` of the frame then says how many there are, and older ones load from the page.
    """
    rows, left = [], budget - 200
    for row in part.rows:
        left -= len(row.encode()) + row.count('"')
        if left < 0:
            break
        rows.append(row)
    return part._replace(mode="replace", rows=tuple(rows))


@dataclass(slots=True)
class Credit:
    """Whether the next frame may go, and until when the last one has to be acknowledged."""

    epoch: str
    n: int = 0
    is_free: bool = True
    sent_at: float = 0.0

    def spend(self, now: float) -> int:
        """Count the frame that is being sent and return its number."""
        self.n += 1
        self.is_free, self.sent_at = False, now
        return self.n

    def take(self, epoch: object, n: object) -> bool:
        """Take an acknowledgement; one of another connection or of an older frame is nothing."""
        if epoch != self.epoch or n != self.n or self.is_free:
            return False
        self.is_free = True
        return True

    def is_lost(self, now: float) -> bool:
        """Tell whether the browser has been silent for too long."""
        return not self.is_free and now - self.sent_at >= ACK_PATIENCE_S
