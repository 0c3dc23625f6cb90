// One parcel on the sheet: its quantities keep their sum while they change places.
"use strict";

const CARD_CONDITIONS = ["good", "damaged", "lost", "wrong", "missing"];
const CARD_LARGEST = 1000000;

class SheetCard {
  constructor(place) {
    this.place = place;
    this.id = Number(place.dataset.parcel);
    this.details = place.querySelector("details");
    this.form = place.querySelector("[data-parcel-form]");
    this.lines = [...place.querySelectorAll("[data-line]")].map((line) => new SheetLine(line));
  }

  get code() {
    return this.place.dataset.code;
  }

  get version() {
    return Number(this.place.dataset.version);
  }

  get isDraft() {
    return this.form !== null;
  }

  get isOpen() {
    return this.details.open;
  }

  get number() {
    return this.place.querySelector(".parcel-place").textContent;
  }

  get note() {
    return this.form.elements.note;
  }

  units() {
    return Object.fromEntries(this.lines.map((line) => [line.name, line.units()]));
  }

  savedUnits() {
    return Object.fromEntries(this.lines.map((line) => [line.name, line.savedUnits()]));
  }

  // Says why its quantities cannot be sent, if they cannot.
  fault(words) {
    if (!this.lines.every((line) => line.isReadable())) return words.unreadable;
    const over = this.lines.find((line) => line.isOver());
    return over ? `${over.place.dataset.sku}: ${words.more.replace("{n}", over.most())}` : "";
  }

  setUnits(units) {
    for (const line of this.lines) if (units[line.name]) line.set(units[line.name]);
  }

  makeAllGood() {
    for (const line of this.lines) line.set({ good: Math.min(line.expected, line.out) || line.out });
  }

  countFromZero() {
    for (const line of this.lines) line.set({ missing: line.expected });
  }

  // Returns the item's line, and whether a unit of it was still to be counted.
  countItem(code, isUntouched) {
    const wanted = code.toLowerCase();
    const meant = this.lines.filter((line) => line.goesBy(wanted));
    if (!meant.length) return null;
    // Nobody has touched the preset: whoever scans an item means to count.
    if (isUntouched) this.countFromZero();
    for (const line of meant) if (line.count()) return { line, isCounted: true };
    return { line: meant[0], isCounted: false };
  }

  total() {
    const sum = Object.fromEntries(CARD_CONDITIONS.map((condition) => [condition, 0]));
    for (const line of this.lines) {
      for (const [condition, units] of Object.entries(line.units())) sum[condition] += units;
    }
    return sum;
  }

  say(text) {
    const trouble = this.place.querySelector("[data-trouble]");
    trouble.textContent = text;
    trouble.hidden = !text;
  }

  show(words) {
    for (const line of this.lines) line.show(words);
    const found = this.place.querySelector("[data-found]");
    if (this.lines.length) setText(found, countsText(this.total(), words.counts));
  }

  // Takes the server's answer over without touching what is being typed.
  adopt(fresh) {
    this.place.dataset.version = fresh.dataset.version;
    const other = new SheetCard(fresh);
    for (const line of this.lines) {
      const told = other.lines.find((candidate) => candidate.name === line.name);
      if (told) line.adopt(told);
    }
    const note = this.note;
    const isTyping = document.activeElement === note || note.value !== note.defaultValue;
    note.defaultValue = other.note.defaultValue;
    if (!isTyping) note.value = note.defaultValue;
  }
}

class SheetLine {
  constructor(place) {
    this.place = place;
    this.name = place.dataset.line;
    this.expected = Number(place.dataset.expected);
    this.out = Number(place.dataset.out);
    this.codes = [place.dataset.sku, place.dataset.barcode].map((code) => code.toLowerCase());
    this.inputs = Object.fromEntries(
      [...place.querySelectorAll("[data-condition]")].map((input) => [input.dataset.condition, input]),
    );
  }

  goesBy(code) {
    return code !== "" && this.codes.includes(code);
  }

  units() {
    return Object.fromEntries(
      CARD_CONDITIONS.map((condition) => [condition, unitsIn(this.inputs[condition].value) ?? 0]),
    );
  }

  savedUnits() {
    return Object.fromEntries(
      CARD_CONDITIONS.map((condition) => [condition, unitsIn(this.inputs[condition].defaultValue) ?? 0]),
    );
  }

  isReadable() {
    return CARD_CONDITIONS.every((condition) => unitsIn(this.inputs[condition].value) !== null);
  }

  set(units) {
    for (const condition of CARD_CONDITIONS) this.inputs[condition].value = units[condition] ?? 0;
  }

  most() {
    return Math.max(this.out, this.expected);
  }

  isOver() {
    return this.sum() > this.most();
  }

  sum(units = this.units()) {
    return CARD_CONDITIONS.reduce((total, condition) => total + units[condition], 0);
  }

  // One more of something is one less of something else, as long as there is some.
  step(condition, by) {
    const units = this.units();
    if (by > 0) {
      const from = this.giver(units, condition);
      if (from) units[from] -= 1;
      else if (this.sum(units) >= this.most()) return;
      units[condition] += 1;
    } else {
      if (!units[condition]) return;
      units[condition] -= 1;
      const to = condition === "good" ? "missing" : "good";
      if (condition !== "good" || this.sum(units) < this.expected) units[to] += 1;
    }
    this.set(units);
  }

  giver(units, condition) {
    const others = condition === "good"
      ? ["missing", "wrong", "lost", "damaged"]
      : ["good", "missing", "wrong", "lost", "damaged"];
    return others.find((other) => other !== condition && units[other] > 0);
  }

  // A typed number takes its units from the good ones, or gives them back.
  settle(condition) {
    const units = this.units();
    const [from, wanted] = [condition === "good" ? "missing" : "good", Math.max(this.expected, this.savedSum())];
    const rest = wanted - (this.sum(units) - units[from]);
    if (rest >= 0) this.inputs[from].value = rest;
  }

  savedSum() {
    return this.sum(this.savedUnits());
  }

  count() {
    const units = this.units();
    if (units.missing) units.missing -= 1;
    else if (this.sum(units) >= this.out) return false;
    units.good += 1;
    this.set(units);
    return true;
  }

  adopt(told) {
    for (const condition of CARD_CONDITIONS) {
      const [mine, fresh] = [this.inputs[condition], told.inputs[condition]];
      const isChanged = mine.value !== mine.defaultValue || mine === document.activeElement;
      mine.defaultValue = fresh.defaultValue;
      if (!isChanged) mine.value = fresh.defaultValue;
    }
    this.out = told.out;
  }

  show(words) {
    const sum = this.sum();
    const isOver = this.isOver();
    this.place.toggleAttribute("data-over", isOver);
    let text = "";
    if (isOver) text = words.more.replace("{n}", this.most());
    else if (sum < this.expected) text = words.less.replace("{n}", this.expected - sum);
    setText(this.place.querySelector("[data-line-sum]"), text);
    for (const condition of CARD_CONDITIONS) {
      const input = this.inputs[condition];
      const isUnread = unitsIn(input.value) === null;
      if (isUnread) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      input.closest(".stepper").toggleAttribute("data-some", !isUnread && unitsIn(input.value) > 0);
    }
  }
}

function unitsIn(text) {
  const units = /^[0-9]{1,7}$/.test(text.trim()) ? Number(text) : null;
  return units !== null && units <= CARD_LARGEST ? units : null;
}

function sameUnits(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function countsText(units, words) {
  return CARD_CONDITIONS.filter((condition) => units[condition] || condition === "good")
    .map((condition) => words[condition].replace("{n}", units[condition].toLocaleString(document.documentElement.lang)))
    .join(" · ");
}

// A code may hold anything, also what String.replace takes for a pattern.
function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
