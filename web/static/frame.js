// Tells the page that shows this one in a frame how tall it is and what was booked.  It
// tells the configured origin alone, and listens to nobody.
"use strict";

class FrameTeller {
  constructor(origin) {
    this.origin = origin;
    this.told = new Set();
    this.height = 0;
  }

  start() {
    this.tellBooked(document.body);
    // What was posted on a sheet comes into the page later.
    new MutationObserver((changes) => {
      for (const change of changes)
        for (const node of change.addedNodes) if (node instanceof Element) this.tellBooked(node);
    }).observe(document.body, { childList: true, subtree: true });
    new ResizeObserver(() => this.tellHeight()).observe(document.body);
  }

  tellHeight() {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === this.height) return;
    this.height = height;
    this.tell({ type: "size", height });
  }

  tellBooked(place) {
    for (const element of [place, ...place.querySelectorAll("[data-booked]")]) {
      const text = element.dataset?.booked;
      if (!text || this.told.has(text)) continue;
      this.told.add(text);
      this.tell(JSON.parse(text));
    }
  }

  tell(facts) {
    window.parent.postMessage({ truestock: 1, ...facts }, this.origin);
  }
}

const { erpOrigin } = document.currentScript.dataset;
if (window.parent !== window) new FrameTeller(erpOrigin).start();
