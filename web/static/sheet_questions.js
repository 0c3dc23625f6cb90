// Scanned codes that are not on the sheet: they stay in sight until somebody answers.
"use strict";

class SheetQuestions {
  constructor(place, { name, address, onPut }) {
    this.place = place;
    this.name = name;
    this.address = address;
    place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-dismiss]");
      if (button) this.remove(button.closest("[data-question]").dataset.question);
    });
    place.addEventListener("submit", (event) => {
      const form = event.target.closest("[data-put]");
      if (!form) return;
      event.preventDefault();
      const { code, order, again } = form.elements;
      this.remove(code.value);
      onPut({ code: code.value, order: order ? Number(order.value) : null, again: again?.value === "1" });
    });
    this.keep([...this.kept(), ...this.shown()]);
    this.bringBack();
  }

  shown() {
    return [...this.place.querySelectorAll("[data-question]")].map((item) => item.dataset.question);
  }

  kept() {
    try {
      const found = JSON.parse(localStorage.getItem(this.name) ?? "[]");
      return Array.isArray(found) ? found.filter((code) => typeof code === "string") : [];
    } catch {
      return [];
    }
  }

  keep(codes) {
    keepChoice(this.name, JSON.stringify([...new Set(codes)].slice(-20)));
  }

  find(code) {
    return [...this.place.children].find((item) => item.dataset.question === code);
  }

  // It takes the place, and the room, of the scan that it answers.
  add(code, html, coming = null) {
    this.find(code)?.remove();
    const question = elementOf(html);
    if (coming?.matches(".fresh")) question.classList.add("fresh");
    if (coming) coming.before(question);
    else this.place.prepend(question);
    this.keep([...this.kept(), code]);
  }

  remove(code) {
    this.find(code)?.remove();
    this.keep(this.kept().filter((other) => other !== code));
  }

  async bringBack() {
    const codes = this.kept().filter((code) => !this.find(code));
    if (!codes.length) return;
    const address = new URL(this.address, location.href);
    for (const code of codes) address.searchParams.append("code", code);
    let told;
    try {
      const answer = await fetch(address, { cache: "no-store" });
      if (!answer.ok) return;
      told = await answer.json();
    } catch {
      return; // they are still kept
    }
    for (const question of told.asked) {
      if (question.tone === "on_sheet") this.remove(question.code);
      else this.add(question.code, question.html);
    }
  }
}

function elementOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}
