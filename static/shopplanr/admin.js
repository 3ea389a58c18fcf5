// Small conveniences of the admin; every page works without them.

// A filter that is a menu applies itself. (Its button is there for those without scripts.)
for (const select of document.querySelectorAll(".filter-menu select")) {
  select.form.classList.add("filter-menu-auto");
  select.addEventListener("change", () => select.form.requestSubmit());
}

// "/" goes to the search, from anywhere that is not a field.
document.addEventListener("keydown", (event) => {
  const find = document.getElementById("find-part");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && find && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    find.focus();
  }
});

// A double click is one action.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

// A field that searches as one types is drawn by a library that forgets its label. It draws when jQuery is ready, which
// on a quick page is after "load"; what is asked of jQuery later comes later.
window.django?.jQuery?.(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (label && box) {
      const name = label.textContent.trim().replace(/:$/, "");
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", name);
      box.querySelector(".select2-selection__rendered")?.setAttribute("aria-label", name);
    }
  }
});
