// Whoever chooses another route for a batch gets what that one lacks, unless a number was typed already.

document.addEventListener("input", (event) => {
  if (event.target.matches?.("#batch #quantity")) event.target.dataset.typed = "yes";
});

document.addEventListener("change", (event) => {
  const route = event.target.closest?.("#batch #pathId");
  const quantity = route?.form.elements.quantity;
  if (!quantity || quantity.dataset.typed) return;
  const missing = Number(route.selectedOptions[0].dataset.missing);
  quantity.value = missing || "";
  document.getElementById("missing").textContent = missing ? `${missing} to start for the goal of this route.` : "The goal of this route is covered: more is more than ordered.";
});
