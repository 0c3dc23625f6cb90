// Says beside each sheet what still waits for it in this browser.
"use strict";

for (const place of document.querySelectorAll("[data-waits]")) {
  const prefix = `truestock|sheet|${place.dataset.sheet}|${encodeURIComponent(place.dataset.reader)}|`;
  let names = [];
  try {
    names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    // the browser keeps nothing for pages in a frame
  }
  if (names.length) place.textContent = place.dataset.waits.replace("{n}", names.length);
}
