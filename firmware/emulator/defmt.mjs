// Makes lines of defmt's frames, as far as `logger-defmt` sends them. defmt's own decoder is not used: it needs
// crates under a licence that this repository does not take.
//
// On the wire each frame is encoded so that it holds no zero ("reverse zero-compressing COBS") and stands between two.
// Inside, two bytes are the number of its text, which is the address of a symbol; the arguments follow. The
// symbol's name is JSON and holds the text.

import { symbols } from "./elf.mjs";

const READERS = {
  u32: (frame) => BigInt(frame.take(4).readUInt32LE()),
  i32: (frame) => BigInt(frame.take(4).readInt32LE()),
  u64: (frame) => frame.take(8).readBigUInt64LE(),
  i64: (frame) => frame.take(8).readBigInt64LE(),
  char: (frame) => String.fromCodePoint(frame.take(4).readUInt32LE()),
  str: (frame) => frame.take(frame.take(4).readUInt32LE()).toString(),
};

/** The lines of all frames. `file` is the program's ELF, `wire` what it sent. Throws an Error where they do not fit. */
export function decodeFrames(file, wire) {
  const texts = new Map();
  for (const { name, value } of symbols(file).filter((it) => it.name.startsWith("{"))) {
    texts.set(value, JSON.parse(name).data);
  }
  // A zero comes before the first one, too, in case something else was sent before.
  const frames = wire.toString("latin1").split("\0").filter((it) => it !== "");
  return frames.map((it) => line(texts, new Frame(expand(Buffer.from(it, "latin1"))))).join("");
}

class Frame {
  constructor(bytes) {
    this.bytes = bytes;
  }

  take(length) {
    if (length > this.bytes.length) {
      throw new Error("a frame ends too early");
    }
    const taken = this.bytes.subarray(0, length);
    this.bytes = this.bytes.subarray(length);
    return taken;
  }
}

function line(texts, frame) {
  const number = frame.take(2).readUInt16LE();
  const text = texts.get(number);
  if (text === undefined) {
    throw new Error(`a frame has the text ${number}, which the program does not have`);
  }
  const shown = text.replace(/\{=(\w+)(:x)?\}/g, (_, kind, isHex) => READERS[kind](frame).toString(isHex ? 16 : 10));
  if (frame.bytes.some((it) => it !== 0)) {
    throw new Error(`a frame goes on behind "${shown}"`);
  }
  return `${shown}\n`;
}

/** Undoes the encoding, from the end: each mark says which of the bytes before it were left out, being zero. */
function expand(encoded) {
  const bytes = [];
  let at = encoded.length;
  const copy = (count) => {
    for (let idx = 0; idx < count; idx++) {
      bytes.push(encoded[--at]);
    }
  };
  while (at > 0) {
    const mark = encoded[--at];
    if (mark < 0x80) {
      for (let bit = 6; bit >= 0; bit--) {
        mark & (1 << bit) ? bytes.push(0) : copy(1);
      }
    } else if (mark < 0xff) {
      bytes.push(0);
      copy((mark & 0x7f) + 7);
    } else {
      copy(134);
    }
    if (at < 0) {
      throw new Error("a frame is cut short");
    }
  }
  return Buffer.from(bytes.reverse());
}
