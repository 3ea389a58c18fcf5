// Siblings that are alike to the last class and state, as rows of a list are: those beyond the first few of each kind.
window.__alike ??= (most) => {
  const look = (one) =>
    [one.localName, one.getAttribute("class"), one.getAttribute("aria-current"), one.disabled, one.hidden].join();
  const kind = (element) => [element, ...element.querySelectorAll("*")].map(look).join(" ");
  const again = new Set();
  for (const parent of document.body.querySelectorAll("*")) {
    if (parent.childElementCount <= most || parent.closest("svg")) continue;
    const seen = new Map();
    for (const child of parent.children) {
      const its = kind(child);
      const times = (seen.get(its) ?? 0) + 1;
      seen.set(its, times);
      if (times > most) again.add(child);
    }
  }
  return again;
};
