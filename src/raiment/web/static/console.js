// The reviewer's keys: a digit chooses, Enter decides. Every page works without this.
"use strict";

const typing = (element) => element.matches("textarea, select, input:not([type=radio])");

document.addEventListener("keydown", (event) => {
  const form = document.querySelector("[data-decide]");
  if (!form || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (typing(event.target)) return;
  const choice = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (choice) {
    event.preventDefault();
    choice.checked = true;
    choice.focus();
  } else if (event.key === "Enter" && !event.target.matches("a, button, summary")) {
    event.preventDefault();
    if (form.querySelector("[data-key]:checked")) form.requestSubmit();
  }
});

// One decision, one submission.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[type=submit]")) button.disabled = true;
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}
