// Small comforts on the public pages; every page works without them.
"use strict";

// Local time after UTC, since only the browser knows the place.
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (at.getTimezoneOffset() === 0) continue;
  const local = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  time.querySelector(".utc").insertAdjacentText("beforebegin", `${local} your time, `);
}

// Leaving replaces this page in the history, so that "back" does not return to it.
for (const exit of document.querySelectorAll("[data-exit]")) {
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    location.replace(exit.href);
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

document.getElementById("problems")?.focus();
