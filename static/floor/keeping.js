// What is kept when a part of a page comes anew: the focus, what was ticked, what was opened, and what was typed into
// the forms that nobody has sent.

// --- Ticks: a part that moved on has another value, so only those that are still there are ticked again.

let ticked = new Set();
let opened = [];
let typed = [];
let panel = null;
let panelOf = "";

const isTyped = (field) => field.matches("select")
  ? [...field.options].some((option) => option.selected !== option.defaultSelected)
  : field.value !== field.defaultValue;

function remember(sent) {
  ticked = new Set([...document.querySelectorAll("input[data-one]:checked")].map((box) => box.value));
  opened = [...document.querySelectorAll("main details[id][open]")].map((fold) => fold.id);
  typed = [...document.querySelectorAll("main :is(textarea, select, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=password]))[id]")]
    .filter((field) => field.form && (field.form !== sent || "kept" in field.dataset) && isTyped(field))
    .map((field) => [field.id, field.value]);
  panel = document.querySelector("[data-panel]");
  if (panel && [...panel.querySelectorAll("[form]")].some((field) => field.form === sent)) panel = null;
  panelOf = panel?.closest("[data-row]").id;
}

function restore() {
  for (const box of document.querySelectorAll("input[data-one]")) {
    if (ticked.has(box.value)) box.checked = true;
  }
  for (const id of opened) {
    const fold = document.getElementById(id);
    if (fold) fold.open = true;
  }
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field && !isTyped(field)) field.value = value;
  }
  const place = panel && !panel.isConnected && document.getElementById(panelOf)?.querySelector("[data-panel-of]");
  if (place && !place.hasChildNodes()) {
    place.append(panel);
    document.getElementById(panelOf).querySelector("[data-more]").ariaExpanded = "true";
  }
}

// --- Focus: on the same control of the same row; where the row is gone, of the row that took its place.

const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary";

let focused = null;

const controls = (row) => [...row.querySelectorAll(FOCUSABLE)];

function whereFocusIs() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const row = element.closest("[data-row]");
  return {
    element,
    id: element.id,
    row: row?.id,
    place: row ? [...row.parentElement.children].indexOf(row) : -1,
    list: row?.parentElement.id,
    control: row ? controls(row).indexOf(element) : -1, // a panel that opens comes behind the others
  };
}

function find({ id, row, place, list, control }) {
  const same = row && document.getElementById(row);
  const rows = (list && document.getElementById(list)?.children) || [];
  const there = same || rows[Math.min(place, rows.length - 1)];
  return (id && document.getElementById(id))
    || (there && (controls(there)[control] ?? controls(there)[0]))
    || document.querySelector("main h1");
}

function refocus() {
  const now = document.activeElement;
  if (!focused || now && now !== document.body && now.checkVisibility()) return;
  // A panel that was put back is the same, but has lost the focus on its way.
  const isThere = focused.element.isConnected && focused.element.checkVisibility();
  const element = isThere ? focused.element : find(focused);
  if (!element) return;
  if (!element.matches(FOCUSABLE)) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  // It must be seen, but nothing moves that is in sight already.
  if (element.matches(":focus-visible")) element.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  focused = whereFocusIs();
  remember(detail.requestConfig?.elt?.closest?.("form"));
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  restore();
  // A refusal is where the eye and the reader go.
  const refusal = detail.target?.querySelector?.("[data-refusal]");
  if (!refusal) return;
  focused = null;
  refusal.scrollIntoView({ block: "center" });
  refusal.focus({ preventScroll: true });
});

document.addEventListener("htmx:afterSettle", refocus);

// --- An address may name something that is folded: it opens, and is where one is.

function unfold() {
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = named && named.closest("details");
  if (!fold) return;
  fold.open = true;
  fold.querySelector("summary").focus({ preventScroll: true });
  fold.scrollIntoView({ block: "nearest" });
}

addEventListener("hashchange", unfold);
unfold();
