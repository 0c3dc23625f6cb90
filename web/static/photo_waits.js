// Says which pages have photos that wait in this browser: they are sent from there.
"use strict";

(async () => {
  const place = document.querySelector("[data-photo-waits]");
  const records = await PhotoStore.of(place.dataset.reader);
  if (!records.length) return;
  const words = records.length === 1 ? place.dataset.one : place.dataset.many;
  place.textContent = words.replace("{n}", records.length);
  let gap = " ";
  for (const [page, title] of new Map(records.map(({ page, title }) => [page, title]))) {
    const link = document.createElement("a");
    link.href = place.dataset.desk + page;
    link.textContent = title;
    place.append(gap, link);
    gap = ", ";
  }
  place.hidden = false;
})();
