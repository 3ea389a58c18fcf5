// The station keeps itself up to date, unless somebody is choosing parts: their ticks must stay.

const EVERY_MS = 20_000;

setInterval(() => {
  const station = document.getElementById("station");
  if (!station || document.hidden || !navigator.onLine) return;
  if (station.querySelector("input:checked, select:focus, .htmx-request") || station.contains(document.activeElement)) return;
  htmx.ajax("GET", station.dataset.poll, { target: station, swap: "innerHTML show:none" });
}, EVERY_MS);

// A page that comes back from the browser's memory shows what was; its forms have been sent.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.getElementById("station")) location.reload();
});
