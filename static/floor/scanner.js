// A scanner that types (keyboard wedge) is heard on every page, wherever the focus is, and told from a person by the
// gaps between its keys. The camera scans where the browser itself can read codes.

const GAP_MS = 80; // a person's fastest keys are further apart; a scanner's are at 1 to 30
const SHORTEST = 4;
const SAME_CODE_MS = 2000;
const KEPT = "scans";

const form = () => document.getElementById("scan");
const field = () => document.getElementById("scan-code");

// --- What was read waits for its turn: one after the other is sent, and none is lost.

let waiting = []; // the oldest first; it stays until there is an answer
let underWay = false;
let shown = null; // the code that could not be sent, where it stands in the field
let last = { code: "", at: -Infinity };

// A trigger bounces, and so do hands: the same code within two seconds is one scan.
function scan(code) {
  const now = performance.now();
  const isSame = code === last.code && now - last.at < SAME_CODE_MS;
  last = { code, at: isSame ? last.at : now };
  if (isSame) return;
  document.dispatchEvent(new CustomEvent("scanned"));
  waiting.push({ code, scanned: true });
  send();
}

// The server is told which was a scan: an unknown code is then kept as one, and typed words are looked for.
function type(code) {
  if (shown !== null && shown !== code) waiting.shift(); // somebody wrote something else in its place
  if (shown !== code) waiting.push({ code, scanned: false });
  shown = null;
  send();
}

let ours = false;

function send() {
  if (underWay || !waiting.length || !form()) return;
  if (!navigator.onLine) {
    keep();
    return;
  }
  underWay = true;
  ours = true;
  if (!window.htmx) field().value = waiting[0].code;
  form().requestSubmit();
}

function keep() {
  if (!navigator.onLine) document.getElementById("offline").hidden = false;
  if (field().value) return;
  shown = waiting[0].code;
  field().value = shown;
}

document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  if (ours) {
    ours = false;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const code = field().value;
  field().value = "";
  setTimeout(type, 0, code); // while a form is being sent, browsers do not send it
}, true);

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt !== form()) return;
  detail.parameters.code = waiting[0].code;
  if (waiting[0].scanned) detail.parameters.scanned = "1";
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== form()) return;
  underWay = false;
  const status = detail.xhr?.status ?? 0;
  if (status === 0 || status >= 500) {
    keep();
    return;
  }
  const { code } = waiting.shift();
  if (shown === code) {
    shown = null;
    if (field().value === code) field().value = "";
  }
  if (!detail.xhr.getResponseHeader("HX-Redirect")) send();
  else if (waiting.length) sessionStorage.setItem(KEPT, JSON.stringify(waiting)); // the next page goes on with them
});

addEventListener("online", send);

if (sessionStorage.getItem(KEPT)) {
  waiting = JSON.parse(sessionStorage.getItem(KEPT));
  sessionStorage.removeItem(KEPT);
  addEventListener("load", send); // htmx is there by then
}

// --- Keys

let keys = "";
let latest = -Infinity;
let before = null; // the field that a scanner types into, as it was
let isOver = false; // a code has ended; Tab and Enter may follow each other

const editable = (element) =>
  element.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file]), textarea, select");

function photograph(element) {
  if (!editable(element)) return null;
  if (element.localName === "select") return { element, index: element.selectedIndex };
  return { element, value: element.value, start: element.selectionStart, end: element.selectionEnd };
}

// What a scanner typed into somebody's field is taken out again: the person was writing there.
function putBack({ element, index, value, start, end }) {
  if (element.localName === "select") {
    element.selectedIndex = index;
    return;
  }
  element.value = value;
  if (start !== null) element.setSelectionRange(start, end);
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  if (!form() || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const gap = event.timeStamp - latest;
  latest = event.timeStamp;
  if (event.key === "Enter" || event.key === "Tab") {
    const code = keys;
    const isScan = code.length >= SHORTEST && gap <= GAP_MS;
    const isRest = isOver && gap <= GAP_MS;
    keys = "";
    isOver = isScan || isRest;
    if (!isOver) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isScan) return;
    if (before) putBack(before);
    scan(code);
    return;
  }
  if (event.key.length !== 1) return;
  isOver = false;
  if (gap > GAP_MS) {
    keys = "";
    before = photograph(event.target);
  }
  keys += event.key;
  // A burst on a page is a scan, and must not press buttons, choose from lists or scroll on its way.
  if (keys.length > 1 && (!editable(event.target) || event.target.localName === "select")) event.preventDefault();
}, true);

// --- After a scan

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "verdicts") return;
  const verdict = event.detail.target.querySelector("[data-verdict]");
  if (verdict) sound(verdict.dataset.verdict);
});

// --- Sound: two notes up for done, one again for a question, a low one for no.

const NOTES = { done: [880, 1320], needs_answer: [660, 660], refused: [220, 180], unknown: [220, 180] };
let audio;

function sound(verdict) {
  if (document.body.dataset.sound === "off") return;
  try {
    audio ??= new AudioContext();
    (NOTES[verdict] ?? []).forEach((note, place) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const start = audio.currentTime + place * 0.12;
      tone.frequency.value = note;
      tone.type = note < 400 ? "square" : "sine";
      volume.gain.setValueAtTime(0.15, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.11);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.12);
    });
  } catch { /* no sound here; the colour and the words say it too */ }
}

// --- Camera

const FORMATS = ["qr_code", "data_matrix", "code_128"];
const LOOK_AGAIN_MS = 150;

let formats = [];

async function prepareCamera() {
  if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
    const known = await BarcodeDetector.getSupportedFormats();
    formats = FORMATS.filter((format) => known.includes(format));
  }
  offerCamera();
}

function offerCamera() {
  const button = document.getElementById("scan-camera");
  if (button) button.hidden = !formats.length;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#scan-camera")) look(document.getElementById("camera"));
  if (event.target.closest?.("#camera-stop")) document.getElementById("camera").hidden = true;
});

async function look(box) {
  if (!box.hidden) return;
  box.hidden = false;
  const words = box.querySelector("[data-camera-words]");
  words.textContent = "";
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    words.textContent = "The browser may not use the camera. Allow it in the settings of this site.";
    return;
  }
  const video = box.querySelector("video");
  video.srcObject = stream;
  await video.play().catch(() => {});
  const detector = new BarcodeDetector({ formats });
  while (!box.hidden && box.isConnected) {
    const [found] = await detector.detect(video).catch(() => []);
    if (found) {
      scan(found.rawValue);
      last.at = performance.now(); // a code that stays in the picture is read once
    }
    await new Promise((next) => setTimeout(next, LOOK_AGAIN_MS));
  }
  for (const track of stream.getTracks()) track.stop();
  box.hidden = true;
}

prepareCamera();
document.addEventListener("htmx:afterSettle", offerCamera);
