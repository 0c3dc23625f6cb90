// A scanner types like a person, only faster, into whatever has the focus.
"use strict";

const KEYS_GAP = 60;
const KEYS_LEAST = 5;

class SheetKeys {
  constructor(field, onScan) {
    this.field = field;
    this.onScan = onScan;
    this.burst = "";
    this.last = 0;
    this.home = null;
    this.before = "";
    document.addEventListener("keydown", (event) => this.hear(event), { capture: true });
  }

  hear(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Enter") this.end(event);
    else if (event.key === "Escape") this.field.focus();
    else if (event.key.length === 1) this.grow(event);
  }

  grow(event) {
    const active = document.activeElement;
    if (event.timeStamp - this.last > KEYS_GAP) {
      this.burst = "";
      this.home = active;
      this.before = active?.value ?? "";
    }
    this.burst += event.key;
    this.last = event.timeStamp;
    // The first key moves the focus, and is typed where the focus is by then.
    if (event.key !== " " && !takesText(active)) this.field.focus();
  }

  end(event) {
    const active = document.activeElement;
    const isScan = this.burst.length >= KEYS_LEAST && event.timeStamp - this.last <= KEYS_GAP;
    if (isScan && active === this.home && active !== this.field && takesText(active)) {
      event.preventDefault();
      active.value = this.before;
      active.dispatchEvent(new Event("input", { bubbles: true }));
      this.onScan(this.burst);
    } else if (active?.matches("[data-condition]")) {
      event.preventDefault();
      this.field.focus();
    }
    this.burst = "";
  }
}

function takesText(place) {
  if (place instanceof HTMLTextAreaElement) return true;
  return place instanceof HTMLInputElement && !["checkbox", "radio", "file", "submit", "button"].includes(place.type);
}
