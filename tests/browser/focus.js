// Follows the keyboard's focus through a page. `install` returns what Tab must reach; `where` tells where it is now.
(() => {
  if (window.__focus) return;
  const interactive = "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, iframe, " +
    "audio[controls], video[controls], [contenteditable]:not([contenteditable=false]), [tabindex]";
  // Within these the arrow keys go on, from the one element that Tab reaches.
  const composites = "[role=tablist], [role=toolbar], [role=menu], [role=menubar], [role=listbox], [role=grid], " +
    "[role=tree], [role=radiogroup]";
  const known = new Map();
  let again = new Set();
  const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const words = element.getAttribute("aria-label") || element.innerText || element.getAttribute("name") ||
      element.getAttribute("href") || "";
    return `${element.localName}${id} "${words.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  };
  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "color",
    "borderTopColor", "borderBottomColor", "borderTopWidth", "borderBottomWidth", "textDecorationLine", "opacity"];
  const look = (element) => [null, "::before", "::after"].map((layer) => {
    const style = getComputedStyle(element, layer);
    return LOOKS.map((property) => style[property]).join("|");
  }).join("/");
  // The focus of a hidden box may show on its label, or on what it stands in.
  const around = (element) => [element, ...(element.labels ?? []), element.parentElement, element.parentElement?.parentElement]
    .filter((one) => one && one !== document.body && one.localName !== "main");
  const looks = (element) => around(element).map(look).join("~");

  const reachable = (element) => {
    if (element.matches(":disabled") || element.closest("[inert]")) return false;
    if (!element.checkVisibility({ visibilityProperty: true }) || !element.getClientRects().length) return false;
    if (element.localName === "summary" && element !== element.parentElement?.querySelector(":scope > summary")) return false;
    if (element.matches("[tabindex='-1']")) {
      // Made focusable for scripts, or one of many that the arrow keys reach; a control alone must not be lost.
      return element.matches("a[href], button, input, select, textarea") && !element.closest(composites);
    }
    return true;
  };
  const keyOf = (element) =>
    element.type === "radio" && element.name ? `radio ${group(element)}` : known.get(element)?.number ?? -1;
  // Past rows that are only more of the same, to where the next Tab enters the last of them. Returns what lay between.
  const jump = (element) => {
    let row = element.parentElement;
    while (row && !again.has(row)) row = row.parentElement;
    if (!row) return [];
    const rows = [];
    for (let it = row; it && again.has(it); it = it.nextElementSibling) rows.push(it);
    const last = rows.pop();
    const between = [...known.keys()].filter((one) => known.get(one).number >= 0 && rows.some((it) => it.contains(one)));
    if (rows.length < 2 || !between.length) return [];
    between[between.length - 1].focus({ preventScroll: false });
    return between.map(keyOf);
  };
  const group = (radio) => `${radio.form ? [...document.forms].indexOf(radio.form) : ""}/${radio.name}`;

  window.__focus = {
    install(excused, alike) {
      again = __alike(alike);
      if (document.activeElement && document.activeElement !== document.body) document.activeElement.blur();
      known.clear();
      const wanted = [];
      const groups = new Set();
      for (const element of document.querySelectorAll(interactive)) {
        if (!reachable(element) || excused.some((selector) => element.closest(selector))) continue;
        if (element.type === "radio" && element.name) {
          // Tab reaches one of a group.
          if (groups.has(group(element))) continue;
          groups.add(group(element));
        }
        wanted.push(element.type === "radio" ? `radio ${group(element)}` : known.size);
        known.set(element, { number: known.size, looks: looks(element) });
      }
      for (const radio of document.querySelectorAll("input[type=radio]")) {
        if (!known.has(radio)) known.set(radio, { number: -1, looks: looks(radio) });
      }
      // The next Tab begins at the top, wherever somebody has clicked.
      document.body.tabIndex = -1;
      document.body.focus({ preventScroll: true });
      document.body.removeAttribute("tabindex");
      scrollTo(0, 0);
      return { wanted, names: [...known.keys()].map(name) };
    },
    where() {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return null;
      // A skip link that slides in has arrived.
      const moving = () => document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      for (let turn = 0; turn < 20 && moving().length; turn += 1) moving().forEach((one) => one.finish());
      const before = known.get(element);
      const faults = [];
      // An element that was not there before, or is excused, has no look to compare with: its outline has to do.
      const changed = before ? looks(element) !== before.looks : getComputedStyle(element).outlineStyle !== "none";
      if (!changed) faults.push("shows no focus");
      const boxes = [element, ...(element.labels ?? [])].map((one) => one.getBoundingClientRect())
        .filter((box) => box.width > 1 && box.height > 1);
      const inside = boxes.filter((box) => box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth);
      if (!inside.length) {
        faults.push("is outside the window while it has the focus");
      } else {
        const own = [element, ...(element.labels ?? [])];
        const over = new Set();
        const free = inside.some((box) => [[0.5, 0.5], [0.05, 0.2], [0.95, 0.8], [0.05, 0.8], [0.95, 0.2]].some(([x, y]) => {
          const left = Math.min(Math.max(box.left + box.width * x, 0), innerWidth - 1);
          const top = Math.min(Math.max(box.top + box.height * y, 0), innerHeight - 1);
          const hit = document.elementFromPoint(left, top);
          if (!hit || own.some((one) => one.contains(hit) || hit.contains(one))) return true;
          over.add(hit);
          return false;
        }));
        if (!free) faults.push(`is covered while it has the focus, by ${name([...over][0])}`);
      }
      return { key: keyOf(element), name: name(element), faults, passed: jump(element) };
    },
  };
})()
