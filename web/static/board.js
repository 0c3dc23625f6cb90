// The totals of a long board: fetched once the page stands, and again each minute.
"use strict";

const SUMS_MILLISECONDS = 60000;

function followSums(place) {
  const again = () => setTimeout(ask, SUMS_MILLISECONDS);
  const ask = async () => {
    if (document.hidden) return again();
    let answer;
    try {
      answer = await fetch(place.dataset.sums, { cache: "no-store" });
    } catch {
      return again();
    }
    if (answer.status >= 500) return again();
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Nothing is taken away from under the keyboard.
    if (!place.contains(document.activeElement)) {
      place.replaceChildren(...page.body.childNodes);
    }
    again();
  };
  ask();
}

for (const place of document.querySelectorAll("[data-sums]")) followSums(place);
