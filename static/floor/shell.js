// What every page does: theme and sound, "/", double taps, the connection, what was typed.

const YEAR = 60 * 60 * 24 * 400;
const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
};

// Theme and sound change at once. Without scripts the form posts, and the page comes back changed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("#appearance button");
  if (!button) return;
  event.preventDefault();
  remember(button.name, button.value);
  if (button.name === "theme") {
    if (button.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = button.value;
  } else {
    document.body.dataset.sound = button.value;
  }
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
});

const isTyping = (element) => element?.closest?.("input, textarea, select, [contenteditable]");

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

// A double tap is one action.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.id === "scan" || form.id === "appearance") return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 8000);
}, true);
const free = (event) => delete (event.detail?.elt?.closest?.("form") ?? {}).dataset?.sending;
document.addEventListener("htmx:afterRequest", free);
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending));

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
  if (navigator.onLine || event.target.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  delete event.target.dataset.sending;
  offline(true);
}, true);

// A fault of the server leaves the page as it is and says so.
document.addEventListener("htmx:responseError", () => {
  const verdicts = document.getElementById("verdicts");
  const words = document.createElement("div");
  words.className = "verdict verdict-refused";
  words.innerHTML = "<div class=\"verdict-words\"><strong>The server could not do this. Nothing was changed; try again.</strong></div>";
  verdicts?.replaceChildren(words);
});

// A refusal is where the eye and the reader go.
document.addEventListener("htmx:afterSwap", (event) => {
  const refusal = event.detail.target?.querySelector?.("[data-refusal]") ?? document.querySelector("main [data-refusal]");
  if (refusal) {
    refusal.scrollIntoView({ block: "center" });
    refusal.focus({ preventScroll: true });
  }
});

// Filters of a list apply themselves; the button is for those without scripts.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (form) form.requestSubmit();
});

// Choosing rows: all at once, and how many are chosen. The bar that acts on them knows the number.
const count = (scope) => {
  const boxes = [...scope.querySelectorAll("input[type=checkbox][data-one]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const all of scope.querySelectorAll("input[type=checkbox][data-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const number of scope.querySelectorAll("[data-chosen]")) number.textContent = chosen;
  for (const bar of scope.querySelectorAll("[data-when-chosen]")) bar.hidden = chosen === 0;
  scope.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: chosen }));
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
