// What every page does: theme and sound, "/", menus, the connection, filters, choosing rows.

const QUIET_MS = 120; // keys of a scanner are closer together
const YEAR = 60 * 60 * 24 * 400;
const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
};

// Theme and sound change at once. Without scripts the form posts, and the page comes back changed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-appearance] button");
  if (!button) return;
  event.preventDefault();
  remember(button.name, button.value);
  if (button.name === "theme") {
    if (button.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = button.value;
  } else {
    document.body.dataset.sound = button.value;
  }
  for (const other of document.querySelectorAll(`[data-appearance] button[name=${button.name}]`)) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
});

const isTyping = (element) => element?.closest?.("input:not([type=checkbox], [type=radio], [type=file]), textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("scan-code")?.focus();
  }
  if (event.key === "Escape") {
    const open = document.querySelector("details:is(.menu, .rail-more)[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details:is(.menu, .rail-more)[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// The connection. A form that cannot be sent stays as it is, with everything in it.
const banner = () => document.getElementById("offline");
const offline = (is) => { if (banner()) banner().hidden = !is; };
addEventListener("offline", () => offline(true));
addEventListener("online", () => offline(false));
if (!navigator.onLine) offline(true);
document.addEventListener("htmx:sendError", () => offline(true));
document.addEventListener("htmx:timeout", () => offline(true));
document.addEventListener("htmx:beforeSwap", () => offline(false));
document.addEventListener("submit", (event) => {
  if (navigator.onLine || event.target.method !== "post" || event.target.id === "scan") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  offline(true);
}, true);

// A fault of the server leaves the page as it is and says so; where it is away for a moment, in its own words. The form
// still has everything in it, and its key: pressed again, it is done once.
document.addEventListener("htmx:responseError", ({ detail }) => {
  const said = document.importNode(document.getElementById("fault").content, true);
  const away = detail.xhr.status === 503
    && new DOMParser().parseFromString(detail.xhr.responseText, "text/html").querySelector("[data-away]");
  if (away) said.querySelector("strong").textContent = away.textContent;
  document.getElementById("verdicts")?.replaceChildren(said);
});

// Filters of a list apply themselves; the button is for those without scripts.
let soon;
const apply = (form) => {
  clearTimeout(soon);
  soon = setTimeout(() => form.requestSubmit(), QUIET_MS);
};
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (form) apply(form);
});
document.addEventListener("submit", () => clearTimeout(soon), true);
// A scanner that types into a list has not chosen anything.
document.addEventListener("scanned", () => clearTimeout(soon));

// Choosing rows: all at once, and how many are chosen.
const count = (scope) => {
  const boxes = [...scope.querySelectorAll("input[type=checkbox][data-one]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const all of scope.querySelectorAll("input[type=checkbox][data-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const number of scope.querySelectorAll("[data-chosen]")) number.textContent = chosen;
};
document.addEventListener("change", (event) => {
  const scope = event.target.closest?.("[data-selection]");
  if (!scope) return;
  if (event.target.matches("[data-all]")) {
    for (const box of scope.querySelectorAll("input[type=checkbox][data-one]")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-all], [data-one]")) count(scope);
});
const countAll = () => document.querySelectorAll("[data-selection]").forEach(count);
document.addEventListener("htmx:afterSettle", countAll);
addEventListener("pageshow", countAll);

// A page that brings itself up to date is no sign of somebody being there: a session made with a PIN ends all the same.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.triggeringEvent) event.detail.headers["X-Unattended"] = "1";
});
