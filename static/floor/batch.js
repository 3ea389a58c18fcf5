// Whoever chooses another route for a batch gets what that one lacks, unless a number was typed already.

document.addEventListener("input", (event) => {
  if (event.target.matches?.("#batch #quantity")) event.target.dataset.typed = "yes";
});

document.addEventListener("change", (event) => {
  const route = event.target.closest?.("#batch #pathId");
  const quantity = route?.form.elements.quantity;
  if (!quantity || quantity.dataset.typed) return;
  const { missing, goal } = route.selectedOptions[0].dataset;
  const some = missing !== "0";
  quantity.value = some ? missing : "";
  document.getElementById("missing").textContent = some ? `${missing} to start for the goal of ${goal}.` : `The goal of ${goal} is covered: more is more than ordered.`;
});
