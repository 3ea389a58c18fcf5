// The station keeps itself up to date, and a row opens in place. What is ticked, chosen and focused is kept by keeping.js.

const EVERY_MS = 20_000;

const station = () => document.getElementById("station");

setInterval(() => {
  if (!station()?.querySelector("#parts") || document.hidden || !navigator.onLine) return;
  // Whoever uses the keyboard, writes, or waits for an answer is left in peace.
  if (station().querySelector(":focus-visible, select:focus, [data-panel], [data-sending]")) return;
  htmx.ajax("GET", station().dataset.poll, { target: station(), swap: "innerHTML show:none" });
}, EVERY_MS);

// "More" opens its row, and closes it again; one row at a time is open.
document.addEventListener("click", (event) => {
  const more = event.target.closest?.("[data-more]");
  if (!more) return;
  const wasOpen = more.ariaExpanded === "true";
  for (const other of document.querySelectorAll("[data-more]")) other.ariaExpanded = String(other === more && !wasOpen);
  for (const panel of document.querySelectorAll("[data-panel]")) panel.remove();
  if (!wasOpen) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if ("panelOf" in (detail.target?.dataset ?? {})) detail.target.scrollIntoView({ block: "nearest" });
});
