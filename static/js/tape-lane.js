// A lane of rows, newest first. Rows come as HTML with a key that sorts; the lane puts each in its
// true place, keeps the newest `data-limit`, and holds still while somebody reads.
const POINTER_MS = 4000;
const MARK_MS = 5000;

class TapeLane extends HTMLElement {
  connectedCallback() {
    this.limit = Number(this.dataset.limit);
    this.body = this.querySelector("tbody");
    this.pending = new Map();
    // A phone is for triage: the firehose stands still there until it is asked to run.
    this.isHeldByKey = matchMedia("(max-width: 719px)").matches && this.dataset.panel === "tape";
    this.fresh = 0;
    this.since = "";
    this.pointerAt = -Infinity;
    this.isDown = false;
    this.slot_ = document.querySelector(`[data-hold="${this.dataset.panel}"]`);
    this.slot_?.addEventListener("click", () => this.follow());
    const moved = () => (this.pointerAt = performance.now());
    this.addEventListener("pointermove", moved, { passive: true });
    this.addEventListener("pointerdown", () => (moved(), (this.isDown = true)), { passive: true });
    for (const up of ["pointerup", "pointercancel", "pointerleave"])
      this.addEventListener(up, () => (this.isDown = false), { passive: true });
    this.addEventListener("pointerleave", () => (this.pointerAt = -Infinity));
    this.addEventListener("scroll", () => this.settle(), { passive: true });
    for (const change of ["focusin", "focusout"]) this.addEventListener(change, () => queueMicrotask(() => this.settle()));
    setInterval(() => this.settle(), 500);
    this.settle();
  }

  /** Why the lane stands still; empty when it follows. */
  get heldBy() {
    if (this.isHeldByKey) return "key";
    if (this.scrollTop > 28) return "scroll";
    if (this.isDown || performance.now() - this.pointerAt < POINTER_MS) return "pointer";
    if (this.contains(document.activeElement) && document.activeElement !== this) return "focus";
    const picked = getSelection();
    return picked && !picked.isCollapsed && this.contains(picked.anchorNode) ? "selection" : "";
  }

  /** Take one part of a frame: rows to add, or the whole page of rows anew. */
  take({ mode, html, fresh }) {
    const rows = rowsOf(html);
    if (mode === "replace") this.pending.clear();
    this.isReplaced = this.isReplaced || mode === "replace";
    for (const row of rows) this.pending.set(row.dataset.k, row);
    // More than a page waits: only the newest can be shown anyway, the rest is history below.
    for (const key of [...this.pending.keys()].sort().slice(0, -this.limit)) this.pending.delete(key);
    if (this.pending.size === this.limit && fresh) this.isReplaced = true;
    if (fresh && !this.fresh) this.since = rows[rows.length - 1]?.querySelector(".t")?.textContent ?? "";
    this.fresh += fresh;
    this.settle();
  }

  settle() {
    const held = this.heldBy;
    if (!held && (this.pending.size || this.isReplaced)) this.apply();
    if (!held) this.fresh = 0;
    this.tell(held);
  }

  apply() {
    if (this.isReplaced) this.keepOnly(this.pending);
    const mark = this.body.children.length > 0 && !this.isReplaced;
    for (const key of [...this.pending.keys()].sort()) this.place(this.pending.get(key), mark);
    while (this.body.children.length > this.limit) this.body.lastElementChild.remove();
    this.pending.clear();
    this.isReplaced = false;
  }

  /** Put a row where its key belongs; rows arrive nearly in order, so look from the top. */
  place(row, mark) {
    const key = row.dataset.k;
    let next = this.body.firstElementChild;
    while (next && next.dataset.k > key) next = next.nextElementSibling;
    if (next && next.dataset.k === key) {
      if (next.innerHTML !== row.innerHTML) next.replaceWith(row);
      return;
    }
    this.body.insertBefore(row, next);
    if (!mark) return;
    row.classList.add("new");
    setTimeout(() => row.classList.remove("new"), MARK_MS);
  }

  keepOnly(rows) {
    for (const row of [...this.body.children]) if (!rows.has(row.dataset.k)) row.remove();
  }

  /** Rows from history, below what is there. */
  addOlder(rows) {
    const known = new Set([...this.body.children].map((row) => row.dataset.k));
    this.body.append(...rows.filter((row) => !known.has(row.dataset.k)));
  }

  tell(held) {
    if (!this.slot_) return;
    const since = this.since ? ` from ${this.since.slice(0, 8)}` : "";
    const isNarrow = this.clientWidth < 560;
    const text = !held ? "following" : this.fresh ? `${this.fresh} new${isNarrow ? "" : since}` : "held";
    if (this.slot_.textContent !== text) this.slot_.textContent = text;
    this.slot_.dataset.state = held && held !== "pointer" ? "held" : this.fresh ? "held" : "following";
  }

  hold() {
    this.isHeldByKey = !this.isHeldByKey;
    this.settle();
  }

  /** To the newest row, and on from there. */
  follow() {
    this.isHeldByKey = false;
    this.pointerAt = -Infinity;
    if (this.contains(document.activeElement)) document.activeElement.blur();
    this.scrollTop = 0;
    this.settle();
  }
}

export function rowsOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // rows are made by our own escaping templates, on the server
  return [...holder.content.querySelectorAll("tr[data-k]")];
}

customElements.define("tape-lane", TapeLane);

// Older rows: the gate at the end of a lane asks for what is below the last row that stands there.
addEventListener("click", async (event) => {
  const gate = event.target.closest?.("tape-lane .gate");
  if (!gate) return;
  event.preventDefault();
  const lane = gate.closest("tape-lane");
  const last = lane.body.lastElementChild?.dataset.k ?? "";
  const address = new URL(gate.dataset.rows ?? gate.href, location.href);
  address.searchParams.set("before", last);
  gate.textContent = "Reading older rows …";
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    lane.addOlder(rowsOf(holder.content.querySelector("[data-older]").innerHTML));
    const end = holder.content.querySelector(".gate, .end");
    if (end.dataset.gate !== undefined) end.dataset.rows = gate.dataset.rows ?? gate.href;
    gate.replaceWith(end);
  } catch {
    gate.textContent = "Older rows could not be read. Try again";
  }
});
