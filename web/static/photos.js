// Photos are made small here, shown at once, kept in the browser, and sent until the line
// takes them: the same picture twice is one photo to the server.
// Without this file the form sends them as they are.
"use strict";

(() => {
  const LONGEST_SIDE = 2000;
  const SMALL_SIDE = 176;
  const QUALITY = 0.8;
  const SMALL_ENOUGH_BYTES = 300000;
  const PAUSES = [3000, 8000, 20000, 60000];

  const waiting = [];
  let isSending = false;
  let timer = 0;

  function drawn(bitmap, longest) {
    const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  async function shrink(file) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      // The server says in words what is wrong with it.
      return { body: file, preview: "" };
    }
    const preview = drawn(bitmap, SMALL_SIDE).toDataURL("image/jpeg", 0.6);
    const canvas = drawn(bitmap, LONGEST_SIDE);
    bitmap.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    const isBetter = made && (made.size < file.size || file.size > SMALL_ENOUGH_BYTES);
    return { body: isBetter ? made : file, preview };
  }

  function say(photo, text) {
    photo.strip.querySelector("[data-photo-status]").textContent = text;
  }

  function button(text, deed) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = text;
    made.addEventListener("click", deed);
    return made;
  }

  function saveLink(photo) {
    const link = document.createElement("a");
    link.className = "button";
    link.href = URL.createObjectURL(photo.body);
    link.download = photo.name;
    link.textContent = photo.strip.dataset.save;
    return link;
  }

  function placeOf(strip) {
    const place = document.createElement("li");
    const frame = document.createElement("div");
    frame.className = "photo-waiting";
    frame.dataset.state = "sending";
    const label = document.createElement("span");
    label.textContent = strip.dataset.sending;
    frame.append(label);
    place.append(frame);
    strip.querySelector("[data-photo-list]").append(place);
    return place;
  }

  function showPreview(photo) {
    if (!photo.preview) return;
    const image = document.createElement("img");
    image.src = photo.preview;
    image.alt = "";
    photo.place.firstElementChild.prepend(image);
  }

  function showSending(photo) {
    photo.place.querySelector(".photo-actions")?.remove();
    const frame = photo.place.firstElementChild;
    frame.dataset.state = "sending";
    frame.querySelector("span").hidden = false;
  }

  function showFailed(photo, text) {
    const frame = photo.place.firstElementChild;
    frame.dataset.state = "failed";
    frame.querySelector("span").hidden = true;
    if (!photo.place.querySelector(".photo-actions")) {
      const actions = document.createElement("div");
      actions.className = "photo-actions";
      if (photo.address) actions.append(button(photo.strip.dataset.again, () => retry(photo)));
      else actions.append(saveLink(photo));
      actions.append(button(photo.strip.dataset.drop, () => drop(photo)));
      photo.place.append(actions);
    }
    say(photo, text);
  }

  function whyRefused(photo, told) {
    const { refused, later } = photo.strip.dataset;
    return told.trouble || (photo.isKept ? later : refused);
  }

  function showSent(photo, told) {
    say(photo, "");
    const list = photo.strip.querySelector("[data-photo-list]");
    const [sent] = told.photos;
    const known = sent && list.querySelector(`a[href="${CSS.escape(sent.href)}"]`);
    if (!sent || known) {
      photo.place.remove();
    } else {
      const link = document.createElement("a");
      link.className = "photo";
      link.href = sent.href;
      const image = document.createElement("img");
      image.src = sent.small;
      image.width = 88;
      image.height = 88;
      image.alt = sent.alt;
      link.append(image);
      photo.place.replaceChildren(link);
    }
    const form = photo.strip.querySelector("[data-photo-form]");
    if (form && told.left < 1) form.hidden = true;
    photo.strip.dispatchEvent(new CustomEvent("photosent", { bubbles: true, detail: told }));
  }

  function forget(photo) {
    const at = waiting.indexOf(photo);
    if (at >= 0) waiting.splice(at, 1);
    photo.keeping.then(() => PhotoStore.forget(photo.id));
  }

  function drop(photo) {
    forget(photo);
    photo.place.remove();
    say(photo, "");
  }

  function retry(photo) {
    photo.isRefused = false;
    photo.tries = 0;
    send();
  }

  async function post(photo) {
    const body = new FormData();
    body.append("photo_key", photo.key);
    body.append("photo", photo.body, photo.name);
    return fetch(photo.address, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
    });
  }

  // True when it need not be tried again by itself.
  async function attempt(photo) {
    showSending(photo);
    let answer;
    let told = {};
    try {
      answer = await post(photo);
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
        told = await answer.json();
      }
    } catch {
      answer = null;
    }
    if (!answer || answer.status >= 500) {
      photo.tries += 1;
      showFailed(photo, photo.strip.dataset.failed);
      return false;
    }
    if (answer.ok && told.photos) {
      forget(photo);
      showSent(photo, told);
    } else {
      photo.isRefused = true;
      showFailed(photo, whyRefused(photo, told));
    }
    return true;
  }

  async function send() {
    if (isSending) return;
    clearTimeout(timer);
    isSending = true;
    let next;
    while ((next = waiting.find((photo) => !photo.isRefused))) {
      if (!(await attempt(next))) {
        timer = setTimeout(send, PAUSES[Math.min(next.tries, PAUSES.length) - 1]);
        break;
      }
    }
    isSending = false;
  }

  function newPhoto(strip, about) {
    const form = strip.querySelector("[data-photo-form]");
    return {
      ...about,
      strip,
      place: placeOf(strip),
      key: form?.elements.photo_key.value,
      address: form?.action,
      isRefused: false,
      tries: 0,
    };
  }

  function add(photo) {
    showPreview(photo);
    waiting.push(photo);
    send();
  }

  async function take(input) {
    const strip = input.closest("[data-photos]");
    const files = [...input.files];
    input.value = "";
    for (const file of files) {
      const photo = newPhoto(strip, { id: PhotoStore.newId(), name: file.name || "photo.jpg" });
      Object.assign(photo, await shrink(file));
      photo.keeping = keep(photo);
      add(photo);
    }
  }

  async function keep(photo) {
    const { subject, reader, desk } = photo.strip.dataset;
    const { id, name, body, preview } = photo;
    const page = location.pathname.slice(desk.length);
    const [title] = document.title.split(" · ");
    photo.isKept = await PhotoStore.keep({ id, name, body, preview, subject, reader, page, title });
  }

  // What waited when its page was left is on it again.
  async function restore() {
    const strips = [...document.querySelectorAll("[data-photos]")];
    if (!strips.length) return;
    for (const record of await PhotoStore.of(strips[0].dataset.reader)) {
      const strip = strips.find((other) => other.dataset.subject === record.subject);
      if (!strip) continue;
      const photo = newPhoto(strip, { ...record, isKept: true, keeping: Promise.resolve() });
      if (photo.address) {
        add(photo);
      } else {
        strip.hidden = false;
        strip.closest("details")?.setAttribute("open", "");
        showPreview(photo);
        showFailed(photo, strip.dataset.closed);
      }
    }
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches?.('[data-photo-form] input[type="file"]') && input.files.length) take(input);
  });
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.some((photo) => !photo.isKept)) event.preventDefault();
  });
  restore();
})();
