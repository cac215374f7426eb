// Single keys, as the help lists them. Never inside a field, never with a modifier.
const PAGES = { c: "/", o: "/options/", r: "/reads/" };
let isGoing = false;
let current = null;

const help = document.getElementById("help");
const lanes = () => [...document.querySelectorAll("tape-lane")];
const laneOf = (element) => element?.closest?.("tape-lane");

function lane() {
  return laneOf(document.activeElement) ?? (current?.isConnected ? current : (lanes().at(-1) ?? null));
}

function step(direction) {
  const here = document.activeElement?.closest?.("tape-lane tbody tr");
  current = lane();
  const next = here
    ? direction > 0 ? here.nextElementSibling : here.previousElementSibling
    : current?.querySelector("tbody tr");
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

async function copyLink() {
  const link = document.querySelector("#drawer .evidence, main .evidence")?.dataset.link ?? location.pathname + location.search;
  await navigator.clipboard?.writeText(new URL(link, location.href).href);
  document.getElementById("spoken").textContent = "Link copied";
}

const KEYS = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  h: () => lane()?.hold(),
  ".": () => lane()?.follow(),
  "/": () => {
    const field = document.querySelector("#filter input:not([type=hidden])");
    if (field) field.focus();
    else location.assign(`/options/${location.search}`);
  },
  "?": () => help.showModal(),
  y: copyLink,
  Enter: () => document.activeElement?.closest?.("tape-lane tbody tr")?.querySelector(".t a")?.click(),
  Escape: () => {
    for (const menu of document.querySelectorAll("details.menu[open]")) return void (menu.open = false);
    if (document.querySelector("#drawer > *")) return void dispatchEvent(new Event("drawer:close"));
    document.activeElement?.blur();
    return undefined;
  },
};

function isTyping(element) {
  return element?.matches?.("input:not([type=radio], [type=checkbox]), textarea, select") ?? false;
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (isGoing) {
    isGoing = false;
    const run = new URLSearchParams(location.search).get("run");
    if (PAGES[event.key]) location.assign(PAGES[event.key] + (run ? `?run=${encodeURIComponent(run)}` : ""));
    return;
  }
  if (event.key === "g") return void (isGoing = true);
  const isControl = event.target.closest?.("a, button, summary, dialog");
  if (event.key === "Enter" && isControl) return;
  const act = KEYS[event.key];
  if (!act || (isControl && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  act();
});

addEventListener("click", (event) => {
  const touched = laneOf(event.target);
  if (touched) current = touched;
  if (event.target.closest?.('[data-action="help"]')) help.showModal();
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
