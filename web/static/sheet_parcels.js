// The parcels on the page: taps, arrows and typed numbers become actions.
"use strict";

const PARCELS_SOON = 350;

class SheetParcels {
  constructor(list, page) {
    this.list = list;
    this.page = page;
    this.mine = new Map();
    // A tap on a button leaves the focus where the scanner types.
    list.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) event.preventDefault();
    });
    list.addEventListener("focusin", (event) => {
      if (event.target.matches("[data-condition]")) event.target.select();
    });
    list.addEventListener("click", (event) => this.click(event));
    list.addEventListener("keydown", (event) => this.arrow(event));
    list.addEventListener("change", (event) => this.typed(event));
    list.addEventListener("submit", (event) => this.submit(event));
    list.addEventListener("toggle", (event) => this.toggled(event), { capture: true });
  }

  cards() {
    return [...this.list.querySelectorAll("[data-parcel]")].map((item) => new SheetCard(item));
  }

  card(id) {
    const item = this.list.querySelector(`[data-parcel="${Number(id)}"]`);
    return item ? new SheetCard(item) : null;
  }

  draft(code) {
    const wanted = code.toLowerCase();
    return this.cards().find((card) => card.isDraft && card.code.toLowerCase() === wanted) ?? null;
  }

  openCard() {
    return this.cards().find((card) => card.isOpen && card.isDraft && !card.form.inert) ?? null;
  }

  click(event) {
    const button = event.target.closest("button");
    const item = button?.closest("[data-parcel]");
    if (!item) return;
    const card = new SheetCard(item);
    if (button.matches("[data-step]")) {
      const line = card.lines.find((one) => one.place === button.closest("[data-line]"));
      line.step(button.dataset.for, Number(button.dataset.step));
      this.judge(card);
    } else if (button.matches("[data-mine]")) {
      card.setUnits(JSON.parse(button.dataset.mine));
      button.remove();
      card.say("");
      this.judge(card);
    }
  }

  arrow(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !event.target.matches("[data-condition]")) return;
    event.preventDefault();
    const card = new SheetCard(event.target.closest("[data-parcel]"));
    const line = card.lines.find((one) => one.place === event.target.closest("[data-line]"));
    line.step(event.target.dataset.condition, by);
    event.target.select();
    this.judge(card);
  }

  typed(event) {
    const item = event.target.closest("[data-parcel]");
    if (!item || !event.target.closest("[data-parcel-form]")) return;
    const card = new SheetCard(item);
    const condition = event.target.dataset.condition;
    const line = card.lines.find((one) => one.place === event.target.closest("[data-line]"));
    if (line?.isReadable()) line.settle(condition);
    this.judge(card);
  }

  submit(event) {
    const form = event.target.closest("[data-parcel-form]");
    if (!form) return;
    event.preventDefault();
    const card = new SheetCard(form.closest("[data-parcel]"));
    switch (event.submitter?.value) {
      case "all_good":
        card.makeAllGood();
        return this.judge(card);
      case "zero":
        card.countFromZero();
        return this.judge(card);
      case "post":
        return this.finish(card, "post");
      case "take_off":
        return this.finish(card, "take_off");
    }
  }

  versionOf(card) {
    const waiting = this.page.queue.of(card.id).filter((entry) => entry.action.kind === "judge");
    return Math.max(card.version, ...waiting.map((entry) => entry.action.version + 1));
  }

  judge(card, soon = PARCELS_SOON) {
    card.show(this.page.words);
    if (card.fault(this.page.words)) return;
    const found = { units: card.units(), note: card.note.value };
    const waiting = this.page.queue.of(card.id);
    const last = waiting.at(-1);
    const isOpen = last && !last.isTried && last.action.kind === "judge";
    const told = waiting.filter((entry) => entry.isTried).at(-1)?.action;
    const before = { units: told?.units ?? card.savedUnits(), note: told?.note ?? card.note.defaultValue };
    if (sameUnits(found, before)) {
      if (isOpen) this.page.queue.drop(last);
      this.page.follow();
    } else if (isOpen) {
      this.page.queue.change(last, found);
      this.page.queue.sendSoon(soon);
    } else {
      this.page.queue.add({ kind: "judge", parcel: card.id, version: this.versionOf(card), ...found }, { soon, about: card.code });
    }
  }

  finish(card, kind) {
    const fault = kind === "post" ? card.fault(this.page.words) : "";
    if (fault) return this.page.tell("refused", fault);
    if (kind === "post") this.judge(card, 0);
    this.page.queue.add({ kind, parcel: card.id, version: this.versionOf(card) }, { about: card.code });
    this.lock(card, kind);
    this.page.field.focus();
  }

  lock(card, kind) {
    card.form.inert = true;
    card.place.dataset.leaving = kind;
    card.say("");
  }

  // A refused count takes with it what was built on it; it can be entered again.
  giveUp(id) {
    const waiting = this.page.queue.of(id);
    for (const entry of waiting) this.page.queue.drop(entry);
    const units = waiting.filter((entry) => entry.action.kind === "judge").at(-1)?.action.units;
    if (units) this.mine.set(id, units);
  }

  place(id, fresh, coming = null) {
    const old = this.card(id);
    const isFine = fresh.querySelector("[data-trouble]").hidden;
    if (old?.isDraft && fresh.dataset.state === "draft" && isFine && !old.form.inert) {
      old.adopt(fresh);
      old.say("");
      old.show(this.page.words);
      if (coming?.matches(".fresh")) this.open(old);
      return;
    }
    // A photo that is still on its way stays with its parcel.
    const strip = old?.place.querySelector("[data-photos]");
    if (strip) fresh.querySelector("[data-photos]")?.replaceWith(strip);
    const isOpen = old ? old.isOpen || !isFine : coming?.matches(".fresh");
    fresh.querySelector("details").open = false;
    if (old) old.place.replaceWith(fresh);
    else if (coming) coming.before(fresh);
    else this.list.prepend(fresh);
    const card = new SheetCard(fresh);
    if (old) this.carryOver(old, card);
    card.show(this.page.words);
    if (isOpen) this.show(card);
  }

  carryOver(old, card) {
    const mine = card.place.querySelector("[data-mine]");
    if (mine && this.mine.has(card.id)) mine.dataset.mine = JSON.stringify(this.mine.get(card.id));
    this.mine.delete(card.id);
    const isTyping = old.isDraft && old.note.value !== old.note.defaultValue;
    if (card.isDraft && isTyping) card.note.value = old.note.value;
  }

  open(card) {
    this.show(card);
    card.place.scrollIntoView({ block: "start" });
  }

  // Only one is open: the browser closes the others.
  show(card) {
    card.details.open = true;
    this.refresh(card.place);
  }

  close() {
    for (const details of this.list.querySelectorAll("details[open]")) details.open = false;
  }

  // The newest thing on the list has room for a parcel, which fills the screen: what it
  // turns out to be moves nothing, and what had the room before goes on below the screen.
  refresh(item) {
    for (const other of this.list.querySelectorAll(".fresh")) {
      if (other === item) return;
      other.classList.remove("fresh");
      this.putDown(other);
    }
    item.classList.add("fresh");
    this.putDown(item);
  }

  // Taken out and put back, it stands at its place at once instead of sliding there.
  putDown(item) {
    const hadFocus = item.contains(document.activeElement);
    this.list.insertBefore(item, item.nextElementSibling);
    if (hadFocus) this.page.field.focus();
  }

  toggled(event) {
    const details = event.target;
    const item = details.closest("[data-parcel]");
    if (!item) return;
    if (!details.open) return item.classList.remove("fresh");
    const result = details.querySelector("[data-result]");
    if (result) showResult(result);
  }
}
