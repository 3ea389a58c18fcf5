// The station keeps itself up to date, unless somebody is choosing parts: their ticks must stay.

const EVERY_MS = 20_000;

setInterval(() => {
  const station = document.getElementById("station");
  if (!station || document.hidden || !navigator.onLine) return;
  if (station.querySelector("input:checked, select:focus, .htmx-request") || station.contains(document.activeElement)) return;
  htmx.ajax("GET", station.dataset.poll, { target: station, swap: "innerHTML show:none" });
}, EVERY_MS);
