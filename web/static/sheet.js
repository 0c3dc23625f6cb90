// The page of a sheet: scans become actions, actions become cards.  Without this file
// each scan is a form of its own.
"use strict";

class SheetPage {
  constructor(place, owner) {
    this.place = place;
    this.words = { ...JSON.parse(place.dataset.words), counts: JSON.parse(place.dataset.counts) };
    this.field = place.querySelector("#scan");
    this.list = place.querySelector("[data-parcels]");
    this.answer = place.querySelector("[data-answer]");
    this.sound = new SheetSound(place.querySelector("[data-sound]"));
    this.bar = new SheetBar(place, this.words);
    this.queue = new SheetQueue({
      prefix: `truestock|sheet|${owner}|`,
      address: place.dataset.actions,
      key: place.dataset.key,
      onTold: (told, actions, wasOffline) => this.takeAnswers(told, actions, wasOffline),
      onChange: () => this.follow(),
      onRefused: (entry) => this.refused(entry),
    });
    this.questions = new SheetQuestions(this.list, {
      name: `truestock|asked|${owner}`,
      address: place.dataset.asked,
      onPut: (put) => this.put(put),
    });
    this.parcels = new SheetParcels(this.list, this);
    new SheetKeys(this.field, (code) => this.scan(code));
    this.listen();
    this.restore();
    this.queue.sendSoon(0);
  }

  listen() {
    this.place.querySelector("[data-scan]").addEventListener("submit", (event) => {
      event.preventDefault();
      const code = this.field.value;
      this.field.value = "";
      this.scan(code);
    });
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-forget]");
      if (button) this.forget(button.closest("[data-coming-code]").dataset.comingCode);
    });
    this.place.querySelector("[data-describe]").addEventListener("submit", (event) => this.describe(event));
    this.place.querySelector("[data-to-post]").addEventListener("click", (event) => this.goPost(event));
    window.addEventListener("beforeunload", (event) => {
      if (!this.queue.isKept && this.queue.entries.length) event.preventDefault();
    });
  }

  // What waited when the page was left is on it again.
  restore() {
    for (const { action } of this.queue.entries) {
      const card = this.parcels.card(action.parcel);
      if (action.kind === "put") this.showComing(action);
      if (!card?.isDraft) continue;
      if (action.kind === "judge") {
        card.setUnits(action.units);
        card.note.value = action.note;
      } else {
        this.parcels.lock(card, action.kind);
      }
    }
    for (const card of this.parcels.cards()) card.show(this.words);
    for (const result of this.list.querySelectorAll("details[open] [data-result]")) showResult(result);
  }

  tell(tone, words) {
    this.answer.dataset.tone = tone;
    this.answer.querySelector("[data-answer-words]").textContent = words;
    this.answer.classList.toggle("again"); // the same answer twice flashes twice
    this.sound.play(tone);
  }

  // Scans

  scan(text) {
    const code = text.trim();
    if (!code || this.countItem(this.parcels.openCard(), code)) return;
    const card = this.parcels.draft(code);
    if (card) {
      this.parcels.open(card);
      this.tell("on_sheet", filled(this.words.twice, { code: card.code, place: card.number }));
    } else {
      this.put({ code, order: null, again: false });
    }
  }

  countItem(card, code) {
    const found = card?.countItem(code, this.parcels.versionOf(card) === 1);
    if (!found) return false;
    const sku = found.line.place.dataset.sku;
    const good = found.line.units().good;
    if (found.isCounted) this.tell("counted", filled(this.words.counted, { sku, n: good }));
    else this.tell("refused", filled(this.words.all_counted, { sku, n: found.line.sum() }));
    this.parcels.judge(card);
    return true;
  }

  put(put) {
    const isKnown = this.queue.puts().some((entry) => entry.action.code.toLowerCase() === put.code.toLowerCase());
    const entry = this.queue.add({ kind: "put", ...put });
    // What moves on the page moves now, under the scan, and not with the answer.
    this.parcels.close();
    const item = this.showComing(entry.action);
    this.parcels.refresh(item);
    item.scrollIntoView({ block: "start" });
    const isOffline = this.queue.state === "offline";
    const tone = isOffline ? "later" : "looking";
    const words = isKnown ? this.words.waits : this.words[tone];
    this.tell(isKnown ? "on_sheet" : tone, filled(words, { code: put.code }));
  }

  showComing(action) {
    const item = this.place.querySelector("[data-coming]").content.firstElementChild.cloneNode(true);
    item.dataset.comingCode = action.id;
    item.querySelector("[data-code-words]").textContent = action.code;
    this.list.prepend(item);
    return item;
  }

  coming(id) {
    return this.list.querySelector(`[data-coming-code="${id}"]`);
  }

  forget(id) {
    const entry = this.queue.puts().find((candidate) => candidate.action.id === id);
    if (entry && !entry.isTried) this.queue.drop(entry);
    else if (entry) this.queue.add({ kind: "take_off", parcel: id, version: 1 }, { about: entry.about });
    this.coming(id).remove();
    this.follow();
  }

  // What is said of the whole sheet

  describe(event) {
    event.preventDefault();
    const { carrier, note, warehouse } = event.target.elements;
    this.queue.add({ kind: "describe", carrier: carrier.value, note: note.value, warehouse: Number(warehouse.value) });
    event.target.closest("details").open = false;
  }

  goPost(event) {
    const faulty = this.parcels.cards().find((card) => card.isDraft && card.fault(this.words));
    if (!faulty && !this.queue.entries.length) return;
    event.preventDefault();
    if (faulty) {
      this.parcels.open(faulty);
      this.tell("refused", faulty.fault(this.words));
      return;
    }
    this.goesTo = event.currentTarget.href;
    this.queue.sendSoon(0);
  }

  // Answers

  // The server could not read it: the scan that is not there any more leaves the list.
  refused(entry) {
    this.coming(entry.action.id)?.remove();
    this.tell("refused", refusedText(entry, this.words));
  }

  follow() {
    const { state } = this.queue;
    this.bar.show(this.queue);
    if (state === "offline" && this.answer.dataset.tone === "looking") {
      const code = this.queue.puts().at(-1)?.action.code;
      if (code) this.tell("later", filled(this.words.later, { code }));
    }
    if (!this.goesTo) return;
    if (state === "saved") location.assign(this.goesTo);
    if (state === "offline" || state === "over") {
      this.goesTo = "";
      this.tell("refused", this.words.waiting_post);
    }
  }

  takeAnswers(told, actions, wasOffline) {
    const asked = new Map(told.asked.map((question) => [question.code, question.html]));
    const said = told.answers.map((answer, at) => this.takeAnswer(answer, actions[at], told.cards, asked));
    for (const [id, html] of Object.entries(told.cards)) this.parcels.place(Number(id), elementOf(html));
    if (!this.queue.entries.length) this.bar.sum(told);
    const loud = said.filter(Boolean);
    const bad = loud.filter((answer) => !["known", "on_sheet"].includes(answer.tone));
    if (loud.length > 1 && (wasOffline || bad.length)) this.tellMany(loud, bad);
    else if (loud.length) this.tell(loud.at(-1).tone, loud.at(-1).words);
  }

  // Returns what is worth telling: a count was told when it was made.
  takeAnswer(answer, action, cards, asked) {
    if (action.kind === "put") return this.takePut(answer, action, cards, asked);
    if (answer.error && action.kind === "judge") this.parcels.giveUp(action.parcel);
    if (!answer.on_sheet) this.parcels.card(answer.parcel)?.place.remove();
    if (typeof action.parcel === "string" && answer.error === "unknown_parcel") return null;
    return answer.error || action.kind === "post" ? answer : null;
  }

  takePut(answer, action, cards, asked) {
    const item = this.coming(action.id);
    if (answer.tone === "unknown" && item && this.countLate(item, action.code)) return null;
    if (answer.is_question) {
      const html = asked.get(action.code);
      if (html) this.questions.add(action.code, html, item);
    } else if (answer.error) {
      // It stays beside its code until somebody takes it off.
      item?.querySelector("[data-coming-words]").replaceChildren(answer.words);
      return answer;
    } else if (cards[answer.parcel]) {
      this.questions.remove(action.code);
      this.parcels.place(answer.parcel, elementOf(cards[answer.parcel]), item);
      delete cards[answer.parcel];
    }
    item?.remove();
    return answer;
  }

  // An item that was scanned before its parcel was known: it belongs to the parcel below.
  countLate(item, code) {
    let below = item.nextElementSibling;
    while (below?.matches("[data-coming-code]")) below = below.nextElementSibling;
    const card = below?.matches("[data-parcel]") ? new SheetCard(below) : null;
    if (!card?.isDraft || !this.countItem(card, code)) return false;
    if (item.matches(".fresh")) this.parcels.show(card);
    item.remove();
    return true;
  }

  tellMany(said, bad) {
    const words = [filled(this.words.sent, { n: said.length }), ...bad.slice(0, 3).map((answer) => answer.words)];
    this.tell(bad[0]?.tone ?? "known", words.join(" · "));
  }
}

// Says in the words of the page what the server would not read.
function refusedText({ action, about }, words) {
  const code = about || action.code;
  const deed = (code && words.deeds[action.kind]) || words.deeds.other;
  return filled(words.refused, { what: filled(deed, { code }) });
}

async function showResult(place) {
  if (place.dataset.shown) return;
  place.dataset.shown = "yes";
  try {
    const answer = await fetch(place.dataset.result, { cache: "no-store" });
    if (!answer.ok) return;
    place.innerHTML = await answer.text();
  } catch {
    delete place.dataset.shown;
    return;
  }
  for (const numbers of place.querySelectorAll("[data-settled=no]")) followNumbers(numbers);
}

// A sheet that is closed takes nothing more, and says so of what still waited.
function followClosed(place, owner) {
  place.addEventListener("toggle", (event) => {
    const result = event.target.open && event.target.querySelector("[data-result]");
    if (result) showResult(result);
  }, { capture: true });
  for (const result of place.querySelectorAll("details[open] [data-result]")) showResult(result);
  const late = place.querySelector("[data-late]");
  if (!late) return;
  const words = JSON.parse(place.dataset.words);
  const say = (text) => {
    const line = document.createElement("p");
    line.textContent = text;
    late.append(line);
    late.hidden = false;
  };
  const queue = new SheetQueue({
    prefix: `truestock|sheet|${owner}|`,
    address: place.dataset.actions,
    key: place.dataset.key,
    onTold: (told, actions) => told.answers.forEach((answer, at) => {
      if (answer.error) say(actions[at].code ? `${actions[at].code}: ${answer.words}` : answer.words);
    }),
    onChange: () => {},
    onRefused: (entry) => say(refusedText(entry, words)),
  });
  queue.sendSoon(0);
}

// In a frame that is as high as its page, a screen's height would feed on itself.
if (window.parent === window) document.documentElement.classList.add("alone");
const sheetPlace = document.getElementById("sheet");
const sheetOwner = `${sheetPlace.dataset.sheet}|${encodeURIComponent(sheetPlace.dataset.reader)}`;
if (sheetPlace.dataset.changes === "yes") new SheetPage(sheetPlace, sheetOwner);
else followClosed(sheetPlace, sheetOwner);
