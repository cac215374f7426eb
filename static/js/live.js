// The one socket of the page. The ws extension connects; this file takes the frames, paints them,
// and acknowledges each after it was painted: only then the server sends the next one.
const socket = document.getElementById("live");
const label = document.querySelector("#connection span");
const notice = document.getElementById("notice");
const spoken = document.getElementById("spoken");
const SILENT_MS = 12_000; // heartbeats come every five seconds
const WORDS = {
  4401: "You are signed out here.",
  4404: "This run does not exist any more.",
  4400: "This page asks for something that the server does not offer.",
  4429: "You have more pages open than are kept live; this one stands still.",
  4008: "This page sent too much.",
  4009: "This page sent too much.",
};
let wrapper = null;
let epoch = "";
let count = 0;
let lostAt = 0;
let heardAt = 0;
let wasHidden = false;
let retry = 0;

if (window.htmx) {
  // The extension's own delay grows to a minute; a terminal comes back sooner.
  window.htmx.config.wsReconnectDelay = (tries) => Math.min(8000, 400 * 2 ** tries) * (0.5 + Math.random() / 2);
}

function state(name, text) {
  document.body.dataset.connection = name;
  if (label && label.textContent !== text) label.textContent = text;
}

function paint(frame) {
  for (const part of frame.parts) {
    for (const target of document.querySelectorAll(`[data-panel="${part.panel}"]`)) {
      if (target.localName === "tape-lane") target.take(part);
      else if (!target.matches(":has(details[open])"))
        window.htmx.swap(target, part.html, { swapStyle: "innerHTML" });
    }
    if (part.panel === "alerts" && part.mode === "prepend") say(part.fresh);
  }
  document.body.classList.toggle("is-dead", ["dead", "stopped", "stale", "unknown"].includes(frame.head.state));
  dispatchEvent(new CustomEvent("live:head", { detail: frame.head }));
}

let saidAt = -Infinity;
let unsaid = 0;
function say(alerts) {
  unsaid += alerts;
  if (performance.now() - saidAt < 10_000 || !unsaid) return;
  spoken.textContent = unsaid === 1 ? "One new alert" : `${unsaid} new alerts`;
  [saidAt, unsaid] = [performance.now(), 0];
}

function send(message) {
  try {
    // Never the extension's queue: an old acknowledgement on a new connection would be a lie.
    wrapper?.sendImmediately(JSON.stringify(message));
  } catch {
    // the socket is closing; its end is on the way
  }
}

socket?.addEventListener("htmx:wsBeforeMessage", (event) => {
  event.preventDefault();
  const frame = JSON.parse(event.detail.message);
  wrapper = event.detail.socketWrapper;
  const expected = frame.epoch === epoch ? count + 1 : 1;
  [epoch, count, heardAt] = [frame.epoch, frame.n, performance.now()];
  paint(frame);
  if (document.body.dataset.connection !== "open") state("open", "Connected");
  requestAnimationFrame(() => send({ epoch: frame.epoch, n: frame.n }));
  if (frame.n !== expected) send({ epoch, ask: "snapshot" });
});

socket?.addEventListener("htmx:wsOpen", (event) => {
  wrapper = event.detail.socketWrapper;
  [lostAt, retry, heardAt] = [0, 0, performance.now()];
  state("open", "Connected");
  notice.hidden = true;
});

socket?.addEventListener("htmx:wsClose", (event) => {
  wrapper = event.detail.socketWrapper ?? wrapper;
  const { code } = event.detail.event;
  if (WORDS[code]) return refuse(code);
  lostAt ||= performance.now();
  state("lost", "Disconnected");
  // The extension comes back by itself after 1006, 1011, 1012 and 1013, and after nothing else.
  if (![1006, 1011, 1012, 1013].includes(code)) comeBack();
  return undefined;
});

function comeBack() {
  if (document.hidden) return; // a hidden tab cannot acknowledge; it comes back when it wakes
  retry += 1;
  setTimeout(() => wrapper?.reconnect(), Math.min(8000, 500 * retry) * (0.5 + Math.random()));
}

function refuse(code) {
  state("out", code === 4401 ? "Signed out" : "Stopped");
  notice.replaceChildren(`${WORDS[code]} What is shown stands still. `);
  const link = document.createElement("a");
  const here = location.pathname + location.search;
  link.href = code === 4401 ? `/login/?next=${encodeURIComponent(here)}` : code === 4404 ? location.pathname : here;
  link.textContent = code === 4401 ? "Sign in again" : code === 4404 ? "Go to live" : "Load it again";
  notice.append(link);
  notice.hidden = false;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return void (wasHidden = true);
  if (!wasHidden || document.body.dataset.connection === "out") return undefined;
  wasHidden = false;
  if (document.body.dataset.connection === "open") send({ epoch, ask: "snapshot" });
  else wrapper?.reconnect();
  return undefined;
});

addEventListener("click", (event) => {
  if (event.target.closest?.('[data-action="reconnect"]') && document.body.dataset.connection === "lost") wrapper?.reconnect();
});

setInterval(() => {
  const now = performance.now();
  const current = document.body.dataset.connection;
  if (current === "lost") state("lost", `Disconnected ${Math.round((now - lostAt) / 1000)} s`);
  else if (current === "open" && now - heardAt > SILENT_MS && !document.hidden) {
    lostAt ||= heardAt;
    state("lost", "No answer");
  }
}, 1000);
if (!socket) state("still", "Not live");
