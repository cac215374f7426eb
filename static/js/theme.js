// Night or day before the first paint: the choice of this browser, else what the system prefers.
(() => {
  const KEY = "islandflow-theme";
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be refused; then the system's preference stands
    }
  };
  const theme = stored();
  if (theme === "night" || theme === "day") root.dataset.theme = theme;
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.('[data-action="theme"]')) return;
    const isDay = root.dataset.theme
      ? root.dataset.theme === "day"
      : matchMedia("(prefers-color-scheme: light)").matches;
    root.dataset.theme = isDay ? "night" : "day";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // the choice then holds for this page only
    }
  });
})();
