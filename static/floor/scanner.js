// A scanner that types (keyboard wedge) is heard on every page, wherever the focus is, and told from a person by the
// gaps between its keys. The camera scans where the browser itself can read codes.

const GAP_MS = 80; // a person's fastest keys are further apart; a scanner's are at 1 to 30
const SHORTEST = 4;
const SAME_CODE_MS = 2000;

const form = () => document.getElementById("scan");
const field = () => document.getElementById("scan-code");

let last = { code: "", at: 0 };

function submit(code) {
  const now = performance.now();
  if (code === last.code && now - last.at < SAME_CODE_MS) return;
  last = { code, at: now };
  field().value = code;
  say(true);
  form().requestSubmit();
}

// The server is told that this was a scan: an unknown code is then kept as one, and typed words are looked for.
function say(scanned) {
  let mark = form().elements.scanned;
  if (scanned && !mark) {
    mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = "scanned";
    mark.value = "1";
    form().append(mark);
  } else if (!scanned && mark) mark.remove();
}

// --- Keys

let keys = "";
let latest = 0;
let typedInto = null;

const editable = (element) =>
  element instanceof HTMLElement && element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file]), textarea, select");

document.addEventListener("keydown", (event) => {
  if (!form() || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const gap = event.timeStamp - latest;
  latest = event.timeStamp;
  if (event.target === field()) { // there, Enter submits by itself
    if (event.key === "Enter") say(keys.length >= SHORTEST && gap <= GAP_MS && field().value.endsWith(keys));
    else if (event.key.length === 1) keys = gap > GAP_MS ? event.key : keys + event.key;
    return;
  }
  if (event.key === "Enter" || event.key === "Tab") {
    const code = keys;
    const into = typedInto;
    const scanned = code.length >= SHORTEST && gap <= GAP_MS;
    keys = "";
    typedInto = null;
    if (!scanned) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (into) take(into, code);
    submit(code);
    return;
  }
  if (event.key.length !== 1) return;
  if (gap > GAP_MS) {
    keys = "";
    typedInto = editable(event.target) ? event.target : null;
  }
  keys += event.key;
  // A burst on a page is a scan, and must not press buttons or scroll on its way.
  if (keys.length > 1 && !editable(event.target)) event.preventDefault();
}, true);

// What a scanner typed into somebody's field is taken out again: the person was writing there.
function take(element, code) {
  if ("value" in element && element.value.endsWith(code)) {
    element.value = element.value.slice(0, -code.length);
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// --- After a scan

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== form()) return;
  if (event.detail.successful || event.detail.xhr?.status >= 400) field().value = "";
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "verdicts") return;
  const verdict = event.detail.target.querySelector("[data-verdict]");
  if (!verdict) return;
  sound(verdict.dataset.verdict);
  if (verdict.dataset.open) location.assign(verdict.dataset.open);
});

// --- Sound: two notes up for done, one for a question, a low one for no.

const NOTES = { done: [880, 1320], found: [880], needs_answer: [660, 660], refused: [220, 180], unknown: [220, 180] };
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

async function prepareCamera() {
  const button = document.getElementById("scan-camera");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const known = await BarcodeDetector.getSupportedFormats();
  const formats = FORMATS.filter((format) => known.includes(format));
  if (!formats.length) return;
  button.hidden = false;
  button.addEventListener("click", () => look(new BarcodeDetector({ formats })));
}

async function look(detector) {
  const box = document.getElementById("camera");
  const video = box.querySelector("video");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return;
  }
  let on = true;
  video.srcObject = stream;
  box.hidden = false;
  await video.play();
  document.getElementById("camera-stop").onclick = () => { on = false; };
  while (on) {
    const found = await detector.detect(video).catch(() => []);
    if (found.length) submit(found[0].rawValue);
    await new Promise((next) => setTimeout(next, 150));
  }
  stream.getTracks().forEach((track) => track.stop());
  box.hidden = true;
}

prepareCamera();
