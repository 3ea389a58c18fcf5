// A double tap is one action, and so is a key that is held down. What counts is when and where somebody pressed, not
// how quickly the server answers: the row of the next part may lie under the finger by then, or the next page.

const DOUBLE_MS = 500; // what systems take for a double click
const SAME_PLACE_PX = 32; // as far as a glove strays
const SENDING_MS = 8000;
const KEPT = "pressed";

const now = (event) => performance.timeOrigin + event.timeStamp; // pages follow one another within a double tap

let press = { at: 0, number: 0 }; // the last time that somebody pressed anything
let acted = { ...JSON.parse(sessionStorage.getItem(KEPT)), number: 0 }; // the last time that it sent something

addEventListener("pointerdown", (event) => {
  press = { at: now(event), number: press.number + 1, x: event.clientX, y: event.clientY };
}, true);

addEventListener("keydown", (event) => {
  if (event.repeat) {
    if (event.key === "Enter" && event.target.matches?.("button, a, summary, input")) event.preventDefault();
    return;
  }
  press = { at: now(event), number: press.number + 1, key: event.key };
}, true);

// Two presses are one where nothing else was pressed in between.
// Where a key is pressed again and again to go on ("up", "up"), what was answered may be asked for at once.
function isDouble(form) {
  if (press.number > acted.number + 1 || !(press.at - acted.at < DOUBLE_MS)) return false;
  if (press.key || acted.key) return press.key === acted.key && !("again" in form.dataset);
  return Math.hypot(press.x - acted.x, press.y - acted.y) < SAME_PLACE_PX;
}

const sends = (form) => form.method === "post" && form.id !== "scan";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!sends(form)) return;
  if (form.dataset.sending || isDouble(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  acted = press;
  sessionStorage.setItem(KEPT, JSON.stringify(acted));
  form.dataset.sending = "yes";
  // A page that a plain form leads to may never come. What a script sends has an end, and says so.
  if (!form.matches("[hx-post], [hx-boost] *, [hx-boost]")) setTimeout(() => delete form.dataset.sending, SENDING_MS);
}, true);

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  // On to another page: the form is not free any more.
  if (detail.xhr?.getResponseHeader("HX-Redirect")) return;
  const form = detail.elt?.closest?.("form");
  if (form) delete form.dataset.sending;
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});
