// Everything here is comfort: each page works without it.
"use strict";

const NEAR_MILLISECONDS = 1000;
const FAR_MILLISECONDS = 5000;
const NEAR_ROUNDS = 30;

function quantityOf(input) {
  const text = input.value.trim();
  return /^[0-9]{1,7}$/.test(text) ? Number(text) : null;
}

function inputsOf(line) {
  return [...line.querySelectorAll("input[data-condition]")];
}

function showLine(line) {
  const quantities = inputsOf(line).map(quantityOf);
  if (quantities.includes(null)) return;
  const out = Number(line.dataset.out);
  const total = quantities.reduce((sum, quantity) => sum + quantity, 0);
  const message = line.querySelector("[data-sum]");
  line.classList.remove("wrong");
  for (const input of inputsOf(line)) input.removeAttribute("aria-invalid");
  line.toggleAttribute("data-over", total > out);
  if (total > out) message.textContent = line.dataset.more.replace("{n}", out);
  else if (total < out) message.textContent = line.dataset.less.replace("{n}", out - total);
  else message.textContent = "";
}

function showTotal(form) {
  const parts = [];
  for (const condition of ["good", "damaged", "lost"]) {
    const inputs = [...form.querySelectorAll(`input[data-condition="${condition}"]`)];
    const sum = inputs.reduce((total, input) => total + (quantityOf(input) ?? 0), 0);
    if (sum || condition === "good") parts.push(form.dataset[condition].replace("{n}", sum));
  }
  const place = form.querySelector("[data-total]");
  if (place) place.textContent = parts.join(" · ");
}

function step(line, input, by) {
  const before = quantityOf(input) ?? 0;
  const out = Number(line.dataset.out);
  const inputs = inputsOf(line);
  const total = inputs.reduce((sum, other) => sum + (quantityOf(other) ?? 0), 0);
  if (by > 0 && total >= out) {
    // All units have a place: one that turns out damaged or lost was not good.
    const good = inputs.find((other) => other.dataset.condition === "good");
    if (good === input || !quantityOf(good)) return;
    good.value = quantityOf(good) - 1;
  }
  input.value = Math.max(0, before + by);
}

function followReceipt(form) {
  const lines = [...form.querySelectorAll("fieldset[data-out]")];
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const line = button.closest("fieldset");
    step(line, document.getElementById(button.dataset.for), Number(button.dataset.step));
    showLine(line);
    showTotal(form);
  });
  form.addEventListener("input", (event) => {
    const line = event.target.closest("fieldset[data-out]");
    if (line) showLine(line);
    showTotal(form);
  });
  form.addEventListener("submit", (event) => {
    // The server books a form once anyway; this saves it the second question.
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("[type=submit]")) {
      button.setAttribute("aria-disabled", "true");
    }
  });
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[type=submit]")) {
      button.removeAttribute("aria-disabled");
    }
  });
  for (const line of lines) if (!line.classList.contains("wrong")) showLine(line);
  showTotal(form);
}

function showListing(row, told, locale) {
  row.dataset.state = told.state;
  const number = told.quantity === null ? "–" : told.quantity.toLocaleString(locale);
  for (const [name, text] of [
    ["[data-quantity]", number],
    ["[data-label]", told.label],
    ["[data-detail]", told.detail],
  ]) {
    const place = row.querySelector(name);
    if (place.textContent !== text) place.textContent = text;
  }
}

function followNumbers(place) {
  let rounds = 0;
  const locale = document.documentElement.lang;
  const again = () => {
    rounds += 1;
    const pause = rounds < NEAR_ROUNDS ? NEAR_MILLISECONDS : FAR_MILLISECONDS;
    setTimeout(ask, pause);
  };
  const ask = async () => {
    if (document.hidden) return again();
    let answer;
    try {
      answer = await fetch(place.dataset.numbers, { cache: "no-store" });
    } catch {
      return again();
    }
    if (answer.status >= 500) return again();
    if (!answer.ok) {
      document.querySelector("[data-stopped]").hidden = false;
      return;
    }
    const told = await answer.json();
    for (const listing of told.listings) {
      for (const row of place.querySelectorAll(`[data-listing="${Number(listing.id)}"]`)) {
        showListing(row, listing, locale);
      }
    }
    place.dataset.settled = told.settled ? "yes" : "no";
    if (!told.settled) again();
  };
  setTimeout(ask, NEAR_MILLISECONDS);
}

function isNowhere() {
  return document.activeElement === document.body || !document.activeElement;
}

function catchStrayKeys(field) {
  // A scanner types into whatever has the focus: after a tap beside the field, or
  // before the browser has given it the focus, its first characters would be lost.
  document.addEventListener("keydown", (event) => {
    const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isText && isNowhere() && event.key !== " ") field.focus();
  });
}

// A frame of another site gets no autofocus from the browser, and must not take the focus
// from the page around it: it waits until it is given.
function focusFirst(field) {
  if (!isNowhere() || location.hash) return;
  if (document.hasFocus()) return field.focus();
  const waiting = new AbortController();
  const take = () => {
    waiting.abort();
    if (isNowhere()) field.focus();
  };
  window.addEventListener("focus", take, { signal: waiting.signal });
  // A key that comes here is proof enough, and is typed where the focus is by then.
  document.addEventListener("keydown", take, { signal: waiting.signal, capture: true });
  document.addEventListener("pointerdown", () => waiting.abort(), { signal: waiting.signal });
}

for (const field of document.querySelectorAll("input[autofocus]")) catchStrayKeys(field);
for (const input of document.querySelectorAll("input[data-select]")) {
  input.addEventListener("focus", () => input.select());
  // The page may have given it the focus before this ran.
  if (input === document.activeElement) input.select();
}
for (const field of document.querySelectorAll("[autofocus]")) focusFirst(field);
for (const form of document.querySelectorAll("[data-receipt]")) followReceipt(form);
for (const place of document.querySelectorAll("[data-settled=no]")) followNumbers(place);

const BOARD_MILLISECONDS = 60000;

function followBoard(first) {
  let board = first;
  const again = () => setTimeout(ask, BOARD_MILLISECONDS);
  const ask = async () => {
    if (document.hidden) return again();
    let answer;
    try {
      answer = await fetch(location.href, { cache: "no-store" });
    } catch {
      return again();
    }
    if (answer.status >= 500) return again();
    if (!answer.ok) {
      document.querySelector("[data-stopped]").hidden = false;
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-board]");
    // Nothing is taken away from under the keyboard.
    if (fresh && !board.contains(document.activeElement)) {
      board.replaceWith(fresh);
      board = fresh;
    }
    again();
  };
  again();
}

for (const place of document.querySelectorAll("[data-board]")) followBoard(place);
