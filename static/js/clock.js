// The New York clock, by the server's time: a wrong clock of this machine must not mislead.
const clock = document.getElementById("clock");
const format = new Intl.DateTimeFormat("en-GB", {
  timeZone: "America/New_York",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
let offset = 0;

addEventListener("live:head", ({ detail }) => {
  const measured = detail.at - Date.now();
  // Frames only ever arrive late, so the largest difference is the best one; follow big jumps.
  offset = Math.abs(measured - offset) > 2000 ? measured : Math.max(offset, measured);
});

function show() {
  const now = Date.now() + offset;
  if (clock) {
    clock.textContent = format.format(now);
    clock.dateTime = new Date(now).toISOString();
  }
  setTimeout(show, 1000 - (now % 1000) + 5);
}
show();
