// Keeps photos that wait for the line in the browser's own database, so that they
// outlast the page.  Where a browser keeps nothing, each answer says so.
"use strict";

const PhotoStore = (() => {
  const DATABASE = "truestock";
  const STORE = "photos";
  let opened = null;

  function open() {
    opened ??= new Promise((done, fail) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
    return opened;
  }

  async function ask(mode, act) {
    const database = await open();
    return new Promise((done, fail) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = () => fail(transaction.error);
    });
  }

  // Ids sort by the time at which the photos were taken.
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    const random = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${Date.now().toString(36).padStart(10, "0")}-${random}`;
  }

  // True when the photo is safe: not in a frame that may keep nothing, not on a full disk.
  async function keep(record) {
    try {
      await ask("readwrite", (store) => store.put(record));
      return true;
    } catch {
      return false;
    }
  }

  async function forget(id) {
    try {
      await ask("readwrite", (store) => store.delete(id));
    } catch {
      // it was never kept
    }
  }

  // What one person took with this browser and is not sent yet, oldest first.
  async function of(reader) {
    try {
      const records = await ask("readonly", (store) => store.getAll());
      return records.filter((record) => record.reader === reader);
    } catch {
      return [];
    }
  }

  return { newId, keep, forget, of };
})();
