// The bar at the foot of a sheet: its sums, and whether what was done has arrived.
"use strict";

class SheetBar {
  constructor(place, words) {
    this.words = words;
    this.bar = place.querySelector("[data-bar]");
    this.line = this.bar.querySelector("[data-line]");
    this.emptyWords = place.querySelector("[data-no-parcels]");
    this.warehouse = place.ownerDocument.querySelector("[data-warehouse]");
    this.carrier = place.ownerDocument.querySelector("[data-carrier]");
  }

  show(queue) {
    const waiting = queue.entries.length;
    this.line.dataset.line = queue.state;
    this.line.dataset.waiting = waiting;
    const isLost = queue.state === "offline" || queue.state === "over";
    let text = this.text(queue.state, waiting);
    if (isLost && !queue.isKept) text = this.unkeptText(queue.state, waiting, text);
    setText(this.line.querySelector("[data-line-words]"), text);
  }

  // Nothing outlives the page here, so nothing may say that it is kept.
  unkeptText(state, waiting, text) {
    if (state !== "over") return `${waiting ? text : this.words.offline_bare}. ${this.words.unkept}`;
    return waiting ? this.words.over_unkept.replace("{n}", waiting) : text;
  }

  text(state, waiting) {
    if (state === "over") return this.words.over.replace("{n}", waiting);
    if (state === "offline") {
      if (!waiting) return this.words.offline_none;
      return waiting === 1 ? this.words.offline_one : this.words.offline.replace("{n}", waiting);
    }
    return waiting ? this.words.sending_one : this.words.saved;
  }

  sum(told) {
    const words = told.parcels === 1 ? this.words.parcels_one : this.words.parcels.replace("{n}", told.parcels);
    setText(this.bar.querySelector("[data-parcel-count]"), words);
    setText(this.bar.querySelector("[data-totals]"), told.totals);
    setText(this.warehouse, told.warehouse);
    setText(this.carrier, told.carrier);
    this.emptyWords.hidden = told.parcels > 0;
  }
}
