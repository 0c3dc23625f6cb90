// Keeps what the clerk did until the server has answered it: in the browser's storage,
// under ids of its own, so that it is sent again after a dead line and done only once.
"use strict";

const QUEUE_BATCH = 50;
const QUEUE_TIMEOUT = 15000;
const QUEUE_PAUSES = [1500, 3000, 6000, 12000, 20000];
// What the server says of an action itself. Any other refusal is of the way to it, a
// proxy's for example, and passes.
const QUEUE_REFUSALS = [400, 404, 410, 413, 422];

class SheetQueue {
  constructor({ prefix, address, key, onTold, onChange, onRefused }) {
    this.prefix = prefix;
    this.address = address;
    this.key = key;
    this.onTold = onTold;
    this.onChange = onChange;
    this.onRefused = onRefused;
    this.state = "saved"; // sending, offline, over
    this.isKept = true;
    this.isSending = false;
    this.tries = 0;
    this.timer = 0;
    this.batch = QUEUE_BATCH;
    this.entries = this.read();
    this.last = this.entries.at(-1)?.place ?? "";
    window.addEventListener("online", () => this.sendSoon(0));
    window.addEventListener("offline", () => this.lose());
    window.addEventListener("pagehide", () => this.sendAway());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.entries.length) this.sendSoon(0);
    });
  }

  read() {
    const found = [];
    try {
      for (let at = 0; at < localStorage.length; at += 1) {
        const name = localStorage.key(at);
        if (!name.startsWith(this.prefix)) continue;
        found.push({ ...JSON.parse(localStorage.getItem(name)), place: name.slice(this.prefix.length) });
      }
    } catch {
      this.isKept = false;
    }
    return found.sort((one, other) => (one.place < other.place ? -1 : 1));
  }

  keep(entry) {
    const { place, ...kept } = entry;
    try {
      localStorage.setItem(this.prefix + place, JSON.stringify(kept));
    } catch {
      this.isKept = false; // full, or forbidden in a frame: it stays in this page
    }
  }

  drop(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    try {
      localStorage.removeItem(this.prefix + entry.place);
    } catch {
      // it was never kept
    }
  }

  // A place sorts after all places before it, in other tabs too as far as clocks go.
  nextPlace(id) {
    const now = Date.now().toString(36).padStart(10, "0");
    const last = this.last.slice(0, 10);
    const count = now > last ? 0 : parseInt(this.last.slice(11, 15), 36) + 1;
    this.last = `${now > last ? now : last}-${count.toString(36).padStart(4, "0")}-${id}`;
    return this.last;
  }

  // About which code it is can be told to people; the server is not told.
  add(action, { soon = 0, about = action.code ?? "" } = {}) {
    const id = newActionId();
    const entry = { place: this.nextPlace(id), isTried: false, about, action: { id, ...action } };
    this.entries.push(entry);
    this.keep(entry);
    this.sendSoon(soon);
    return entry;
  }

  change(entry, action) {
    entry.action = { ...entry.action, ...action };
    this.keep(entry);
  }

  of(parcel) {
    return this.entries.filter((entry) => entry.action.parcel === parcel);
  }

  puts() {
    return this.entries.filter((entry) => entry.action.kind === "put");
  }

  sendSoon(pause) {
    this.onChange();
    if (this.state === "over") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  lose() {
    if (this.state === "over") return;
    this.state = "offline";
    this.onChange();
  }

  // A parcel's next action is sent when its last one was taken: a posting must not
  // follow on a count that was refused.
  nextBatch() {
    const batch = [];
    const parcels = new Set();
    for (const entry of this.entries.slice(0, this.batch)) {
      const { parcel } = entry.action;
      if (parcel !== undefined && parcels.has(parcel)) break;
      parcels.add(parcel);
      batch.push(entry);
    }
    return batch;
  }

  request(batch, isLeaving) {
    const actions = batch.map((entry) => entry.action);
    return fetch(this.address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key: this.key, actions }),
      cache: "no-store",
      keepalive: isLeaving,
      signal: isLeaving ? undefined : AbortSignal.timeout(QUEUE_TIMEOUT),
    });
  }

  // What waits is sent as the page goes; the answer is asked for when it opens again.
  sendAway() {
    const batch = this.nextBatch();
    if (!batch.length || this.state === "over") return;
    for (const entry of batch) this.mark(entry);
    this.request(batch, true).catch(() => {});
  }

  mark(entry) {
    if (entry.isTried) return;
    entry.isTried = true;
    this.keep(entry);
  }

  async send() {
    const batch = this.nextBatch();
    if (!batch.length) this.rest();
    if (this.isSending || !batch.length) return;
    this.isSending = true;
    for (const entry of batch) this.mark(entry);
    if (this.state === "saved") this.state = "sending";
    this.onChange();
    const told = await this.ask(batch);
    this.isSending = false;
    if (told) this.take(batch, told);
    else this.onChange();
  }

  rest() {
    if (!navigator.onLine || this.state === "over") return;
    this.state = "saved";
    this.onChange();
  }

  async ask(batch) {
    let answer;
    try {
      answer = await this.request(batch, false);
      if (answer.ok) return await answer.json();
    } catch {
      return this.tryLater();
    }
    if (answer.status === 403) {
      this.state = "over";
      return null;
    }
    return QUEUE_REFUSALS.includes(answer.status) ? this.leaveOut(batch) : this.tryLater();
  }

  tryLater() {
    this.state = "offline";
    const pause = QUEUE_PAUSES[Math.min(this.tries, QUEUE_PAUSES.length - 1)];
    this.tries += 1;
    this.sendSoon(pause);
    return null;
  }

  // One action that the server cannot read must not hold up all others.
  leaveOut(batch) {
    if (batch.length > 1) {
      this.batch = 1;
    } else {
      this.drop(batch[0]);
      this.onRefused(batch[0]);
      this.batch = QUEUE_BATCH;
    }
    this.sendSoon(0);
    return null;
  }

  take(batch, told) {
    const wasOffline = this.state === "offline";
    const answered = new Set(told.answers.map((answer) => answer.id));
    const actions = batch.filter((entry) => answered.has(entry.action.id));
    for (const entry of actions) this.drop(entry);
    this.tries = 0;
    this.state = this.entries.length ? "sending" : "saved";
    this.onTold(told, actions.map((entry) => entry.action), wasOffline);
    this.onChange();
    if (this.entries.length) this.sendSoon(0);
  }
}

function newActionId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
