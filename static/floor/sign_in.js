// Signing in: finding a name while it is typed, the pad of digits, and waiting after wrong tries. Without scripts the
// pages are plain forms.

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const tiles = () => [...document.querySelectorAll("[data-names] > li")];

// --- Names

function find(field) {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const tile of tiles()) {
    const name = plain(tile.querySelector("[data-name]").dataset.name);
    tile.hidden = !words.every((word) => name.includes(word));
    if (!tile.hidden) shown += 1;
  }
  const lately = document.querySelector("[data-lately]");
  if (lately) lately.hidden = words.length > 0;
  document.querySelector("[data-nobody]").hidden = shown > 0;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-find] input[type=search]")) find(event.target);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-find]")) return;
  event.preventDefault();
  const left = tiles().filter((tile) => !tile.hidden);
  if (left.length === 1) left[0].querySelector("a").click();
});

// Who sits at a keyboard just types: letters go to the names, digits to the PIN.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (/^\p{L}$/u.test(event.key)) document.querySelector("[data-find] input[type=search]")?.focus();
  if (/^[0-9]$/.test(event.key) || event.key === "Backspace") document.querySelector("[data-pin]")?.focus();
});

// --- Digits

const keyOf = (event) => event.target.closest?.("[data-pad] [data-digit], [data-pad] [data-delete]");

// The field keeps the focus, so that pad and keyboard can be mixed.
document.addEventListener("pointerdown", (event) => {
  if (keyOf(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const key = keyOf(event);
  const field = document.querySelector("[data-pin]");
  if (!key || !field) return;
  if ("delete" in key.dataset) field.value = field.value.slice(0, -1);
  else if (field.value.length < field.maxLength) field.value += key.dataset.digit;
});

function prepare() {
  // On a tablet the pad is there, and the keyboard of the tablet would cover it.
  const field = document.querySelector("[data-pin]");
  if (field && document.querySelector("[data-pad]")?.offsetParent && matchMedia("(pointer: coarse)").matches) {
    field.inputMode = "none";
  }
  for (const form of document.querySelectorAll("form[data-wait]")) wait(form);
  const search = document.querySelector("[data-find] input[type=search]");
  if (search?.value) find(search);
}

// --- Waiting

const clockLike = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function wait(form) {
  const until = Date.now() + Number(form.dataset.wait) * 1000;
  const words = form.querySelector("[data-waiting]");
  const buttons = form.querySelectorAll("button:not([type=button])");
  delete form.dataset.wait;
  words.hidden = false;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    for (const button of buttons) button.disabled = left > 0;
    words.textContent = left > 0 ? `You can try again in ${clockLike(left)}.` : "You can try again now.";
    if (left > 0 && form.isConnected) setTimeout(tick, 250);
  };
  tick();
}

prepare();
document.addEventListener("htmx:afterSettle", () => {
  prepare();
  // The refusal is read out by itself; who was refused types again.
  document.querySelector("main [autofocus]")?.focus();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  // Back in history: no digits of the last person, and no names that were filtered away.
  for (const field of document.querySelectorAll("input[type=password]")) field.value = "";
  prepare();
});
