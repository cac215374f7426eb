// Evidence beside the lanes: rows open it, Escape closes it, focus goes in and comes back.
const drawer = document.getElementById("drawer");
const isSheet = () => matchMedia("(max-width: 1199px)").matches;
let cameFrom = null;

export async function open(address, row) {
  cameFrom = row ?? cameFrom ?? document.activeElement;
  for (const other of document.querySelectorAll("tr[aria-selected]")) other.removeAttribute("aria-selected");
  row?.setAttribute("aria-selected", "true");
  await window.htmx.ajax("GET", address, { target: "#drawer", swap: "innerHTML" });
}

export function close() {
  if (!drawer.childElementCount) return false;
  drawer.replaceChildren();
  setBackground(false);
  for (const other of document.querySelectorAll("tr[aria-selected]")) other.removeAttribute("aria-selected");
  if (cameFrom?.isConnected) cameFrom.focus({ preventScroll: true });
  cameFrom = null;
  return true;
}

function setBackground(inert) {
  for (const part of document.querySelectorAll(".strip, .rail, main, .foot")) part.inert = inert;
}

drawer.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== drawer) return;
  drawer.scrollTop = 0;
  setBackground(isSheet());
  drawer.querySelector("h2")?.focus();
});

drawer.addEventListener("htmx:responseError", (event) => {
  const failed = document.createElement("p");
  failed.className = "problem";
  failed.textContent = event.detail.xhr.status === 404 ? "This evidence is not there (retention may have removed it)." : "The evidence could not be read. Try again.";
  const closing = document.createElement("button");
  closing.className = "button";
  closing.dataset.action = "close-drawer";
  closing.textContent = "Close";
  drawer.replaceChildren(failed, closing);
});

addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (event.target.closest?.('[data-action="close-drawer"]')) return void close();
  const link = event.target.closest?.("a");
  const row = event.target.closest?.("tape-lane tbody tr");
  const wanted = link?.matches("[data-drawer], tape-lane tbody a") ? link : row?.querySelector(".t a");
  if (!wanted || (row && !getSelection().isCollapsed)) return undefined;
  if (link && link !== wanted) return undefined;
  event.preventDefault();
  open(wanted.getAttribute("href"), row);
  return undefined;
});

addEventListener("drawer:close", close);
