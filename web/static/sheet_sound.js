// Tells by ear what a scan meant: each answer has its own pitch and rhythm.
"use strict";

const SOUND_CHOICE = "truestock.sound";
const SOUND_NOTES = {
  // [hertz, start, length], in seconds
  known: [[1046, 0, 0.09]],
  counted: [[1318, 0, 0.05]],
  later: [[660, 0, 0.07]],
  on_sheet: [[784, 0, 0.07], [784, 0.12, 0.07]],
  elsewhere: [[784, 0, 0.07], [587, 0.12, 0.14]],
  received: [[660, 0, 0.1], [494, 0.14, 0.16]],
  lost: [[494, 0, 0.1], [660, 0.14, 0.16]],
  not_left: [[392, 0, 0.1], [392, 0.16, 0.1], [392, 0.32, 0.1]],
  ask: [[587, 0, 0.09], [880, 0.14, 0.14]],
  unknown: [[233, 0, 0.18], [185, 0.22, 0.26]],
  refused: [[185, 0, 0.35]],
};
const SOUND_LOUDNESS = 0.25;
const SOUND_EDGE = 0.012;

class SheetSound {
  constructor(button) {
    this.button = button;
    this.context = null;
    this.isOn = readChoice(SOUND_CHOICE) !== "off";
    this.show();
    button.addEventListener("click", () => this.toggle());
    // Browsers keep sound back until the first gesture; a scanner's keys are one.
    for (const gesture of ["keydown", "pointerdown"]) {
      document.addEventListener(gesture, () => this.wake(), { capture: true });
    }
  }

  toggle() {
    this.isOn = !this.isOn;
    keepChoice(SOUND_CHOICE, this.isOn ? "on" : "off");
    this.show();
    this.play("known");
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
  }

  wake() {
    if (!this.isOn || !window.AudioContext) return;
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume().catch(() => {});
  }

  play(name) {
    if (!this.isOn || this.context?.state !== "running") return;
    for (const [hertz, start, length] of SOUND_NOTES[name] ?? []) {
      this.sing(hertz, this.context.currentTime + start, length);
    }
  }

  sing(hertz, from, length) {
    const voice = this.context.createOscillator();
    const volume = this.context.createGain();
    voice.type = hertz < 500 ? "square" : "triangle";
    voice.frequency.value = hertz;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(SOUND_LOUDNESS, from + SOUND_EDGE);
    volume.gain.setValueAtTime(SOUND_LOUDNESS, from + length - SOUND_EDGE);
    volume.gain.linearRampToValueAtTime(0, from + length);
    voice.connect(volume).connect(this.context.destination);
    voice.start(from);
    voice.stop(from + length);
  }
}

function readChoice(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // the browser keeps nothing for pages in a frame
  }
}

function keepChoice(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // it holds until the page is left
  }
}
