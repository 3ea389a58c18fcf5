// The editor of routes: its buttons act at once, and Enter leads from step to step. Without scripts the same buttons
// post the form, which comes back changed. Nothing is kept before it is saved.

const editor = () => document.querySelector("form[data-route-editor]");
const list = () => editor().querySelector("[data-steps]");
const rows = () => [...list().children];
const isHeld = (row) => row?.dataset.held !== undefined;
const place = (row) => rows().indexOf(row) + 1;
const nameOf = (row) => row.querySelector("[data-name]").value.trim() || `Step ${place(row)}`;
const button = (row, verb) => row.querySelector(`button[value^="${verb}-"]`);

function say(words) {
  editor().querySelector("[data-said]").textContent = words;
}

// What follows from where a row stands: its number, and what its buttons can do.
function bring() {
  const all = rows();
  all.forEach((row, index) => {
    for (const number of row.querySelectorAll("[data-number]")) number.textContent = index + 1;
    button(row, "up").disabled = isHeld(row) || index === 0 || isHeld(all[index - 1]);
    button(row, "down").disabled = isHeld(row) || index === all.length - 1;
  });
  editor().querySelector("[data-count]").textContent = all.length;
  editor().querySelector("[data-no-steps]").hidden = all.length > 0;
  editor().dataset.dirty = "";
}

// --- What the buttons do

function add(behind) {
  const source = editor().querySelector("template[data-new-step]");
  const used = rows().map((row) => Number(/^new-(\d+)$/.exec(row.dataset.step)?.[1] ?? 0));
  const key = `new-${Math.max(0, ...used) + 1}`;
  const row = document.importNode(source.content.firstElementChild, true);
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      if (/(^|-)new-0$/.test(value)) element.setAttribute(name, value.replace(/new-0$/, key));
    }
  }
  list().insertBefore(row, behind?.nextElementSibling ?? null);
  bring();
  row.querySelector("[data-name]").focus();
  say(`Step ${place(row)} of ${rows().length} added.`);
  return row;
}

function move(row, verb) {
  if (verb === "up") list().insertBefore(row, row.previousElementSibling);
  else list().insertBefore(row.nextElementSibling, row);
  bring();
  // The finger, or the Enter key, can go on: only at an end it finds the opposite button.
  const pressed = button(row, verb);
  (pressed.disabled ? button(row, verb === "up" ? "down" : "up") : pressed).focus();
  say(`${nameOf(row)} is step ${place(row)} of ${rows().length} now.`);
}

function remove(row) {
  const words = nameOf(row);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  bring();
  (next?.querySelector("[data-name]") ?? document.getElementById("add-step")).focus();
  say(`${words} removed. ${rows().length} left.`);
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("form[data-route-editor] button[name=do]");
  const verb = pressed?.value.split("-", 1)[0];
  if (!["add", "up", "down", "remove"].includes(verb)) return; // the others are the server's
  event.preventDefault();
  const row = pressed.closest("[data-step]");
  if (verb === "add") add(list().lastElementChild);
  else if (verb === "remove") remove(row);
  else move(row, verb);
});

// --- Certificates: there is always an empty line, so that one more can be asked for

document.addEventListener("change", (event) => {
  const type = event.target.closest?.("form[data-route-editor] [data-asks-type]");
  const line = type?.closest("[data-asks]");
  if (!type?.value || line.nextElementSibling?.matches("[data-asks]")) return;
  const another = line.cloneNode(true);
  for (const select of another.querySelectorAll("select")) {
    const usual = [...select.options].findIndex((option) => option.defaultSelected);
    select.selectedIndex = select.matches("[data-asks-type]") ? 0 : Math.max(0, usual);
  }
  another.querySelector("input").value = "1";
  line.after(another);
});

// --- Keys

// Enter in a field presses no button. In the name of a step it leads to the next one, which is made where there is none.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !field.matches?.("form[data-route-editor] input:not([type=checkbox], [type=radio])")) return;
  event.preventDefault();
  if (!field.matches("[data-name]")) return;
  const row = field.closest("[data-step]");
  const next = row.nextElementSibling;
  if (next) next.querySelector("[data-name]").focus();
  else if (field.value.trim()) add(row);
});

// --- Dragging by the handle, for who likes it

let dragged = null;
let target = null;

function mark(row, where) {
  for (const each of rows()) each.classList.remove("step-before", "step-behind");
  target = row && { row, where };
  row?.classList.add(`step-${where}`);
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = grip.closest("[data-step]");
  dragged.classList.add("step-dragged");
  grip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  if (event.clientY < 100) scrollBy(0, -16);
  if (event.clientY > innerHeight - 120) scrollBy(0, 16);
  const others = rows().filter((row) => row !== dragged && !isHeld(row));
  const before = others.find((row) => {
    const box = row.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  if (before) mark(before, "before");
  else mark(others.at(-1) ?? null, "behind");
});

function drop(isDone) {
  if (!dragged) return;
  const row = dragged;
  const at = target;
  mark(null);
  row.classList.remove("step-dragged");
  dragged = null;
  if (!isDone || !at) return;
  const was = place(row);
  at.row[at.where === "before" ? "before" : "after"](row);
  if (place(row) === was) return;
  bring();
  say(`${nameOf(row)} is step ${place(row)} of ${rows().length} now.`);
}

document.addEventListener("pointerup", () => drop(true));
document.addEventListener("pointercancel", () => drop(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") drop(false);
});

// --- What was written is not lost by the way

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-route-editor]");
    if (form) form.dataset.dirty = "";
  });
}

addEventListener("beforeunload", (event) => {
  if (editor()?.dataset.dirty !== undefined) event.preventDefault();
});

// It is saved: the answer says where to go. Without htmx the form itself goes there.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.elt === editor() && event.detail.xhr.getResponseHeader("HX-Redirect")) delete editor().dataset.dirty;
});
document.addEventListener("submit", (event) => {
  if (event.target === editor() && !window.htmx) delete editor().dataset.dirty;
});
