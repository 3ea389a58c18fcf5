// How a page fits its screen. Called with what to look for; returns findings, a sentence each.
({ width, touch, smallest, text, excused }) => {
  // Fifty rows that are wrong in the same way are one finding, of which the first row tells.
  const findings = new Map();
  const find = (element, words) => {
    const kind = `${selector(element)} ${words.replace(/[\d.]+/g, "")}`;
    const known = findings.get(kind);
    if (known) known.others += 1;
    else findings.set(kind, { words: `${name(element)} ${words}`, others: 0 });
  };
  const is = (of, element) => excused[of].some((selector) => element.closest(selector));
  const selector = (element) =>
    `${element.localName}${element.id ? `#${element.id}` : ""}${[...element.classList].map((one) => `.${one}`).join("")}`;
  const name = (element) => {
    if (element === document.body) return "the page";
    const words = (element.innerText ?? element.getAttribute("name") ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${selector(element)}${words ? ` "${words}"` : ""}`;
  };
  const round = (number) => Math.round(number * 10) / 10;
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
  // Text for readers only: a box of a pixel.
  const unseen = (element) => {
    for (let it = element; it; it = it.parentElement) {
      if (it.clientWidth <= 1 && it.clientHeight <= 1 && getComputedStyle(it).position === "absolute") return true;
    }
    return false;
  };
  const main = document.querySelector("main, [role=main]") ?? document.body;

  // --- The page itself does not scroll sideways.
  const wide = document.documentElement.scrollWidth;
  if (wide > width) {
    const clipped = (element) => {
      for (let it = element.parentElement; it && it !== document.body; it = it.parentElement) {
        if (getComputedStyle(it).overflowX !== "visible") return true;
      }
      return false;
    };
    const culprits = [...document.body.querySelectorAll("*")]
      .filter((element) => shown(element) && element.getBoundingClientRect().right > width + 0.5 && !clipped(element))
      .filter((element, _, all) => ![...element.children].some((child) => all.includes(child)));
    find(document.body, `is ${wide} px wide on a screen of ${width}: ${culprits.slice(0, 3).map(name).join(", ")}`);
  }

  // --- What a finger is meant for is large enough for one.
  if (touch) {
    const interactive = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab]";
    for (const element of main.querySelectorAll(interactive)) {
      if (!shown(element) || is("target", element) || element.matches(":disabled")) continue;
      // A link in a sentence is as large as its words; WCAG excepts it too.
      const sentence = [...element.parentNode.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.data.trim().length > 1);
      if (element.localName === "a" && getComputedStyle(element).display === "inline" && sentence) continue;
      const boxes = [element, ...(element.labels ?? [])].map((one) => one.getBoundingClientRect());
      // Its area may be that of a layer of its own: one tap on a card.
      for (const layer of ["::before", "::after"]) {
        const style = getComputedStyle(element, layer);
        if (style.content !== "none" && style.position === "absolute") {
          boxes.push({ width: parseFloat(style.width) || 0, height: parseFloat(style.height) || 0 });
        }
      }
      const closest = element.closest("label")?.getBoundingClientRect();
      if (closest) boxes.push(closest);
      if (unseen(element) && boxes.length === 1) continue;
      if (boxes.some((box) => box.width >= smallest - 0.5 && box.height >= smallest - 0.5)) continue;
      find(element, `is ${round(boxes[0].width)} × ${round(boxes[0].height)} px to touch`);
    }
  }

  // --- Text is large enough to read, and all of it is there.
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || seen.has(element)) continue;
    seen.add(element);
    if (element.closest("svg, script, style, template, option") || !shown(element) || unseen(element)) continue;
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (size < text && !is("text", element)) find(element, `has text of ${round(size)} px`);
  }
  for (const field of main.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea")) {
    const size = parseFloat(getComputedStyle(field).fontSize);
    if (shown(field) && size < text && !is("text", field)) find(field, `has text of ${round(size)} px`);
  }
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const hidden = (overflow) => overflow === "hidden" || overflow === "clip";
    if (!hidden(style.overflowX) && !hidden(style.overflowY)) continue;
    if (!element.innerText?.trim() || !shown(element) || unseen(element) || is("cut", element)) continue;
    const over = [
      hidden(style.overflowX) && element.scrollWidth > element.clientWidth + 1 && "to the right",
      hidden(style.overflowY) && element.scrollHeight > element.clientHeight + 1 && "below",
    ].filter(Boolean);
    if (over.length) find(element, `is cut off ${over.join(" and ")}`);
  }
  return [...findings.values()].map(({ words, others }) => (others ? `${words} (and ${others} like it)` : words));
}
