// Runs the built firmware on the emulated Pico and compares what it says, byte for byte.
//
//   node --test firmware/emulator/test.mjs
//
// FIRMWARE_ELFS  folder of `blink`, `logger` and `station`; default target/thumbv6m-none-eabi/firmware
// FIRMWARE_LEGS  folder with a `<leg>/logger` for every file in expected/legs; without it the legs are
//                not run. `cargo xtask firmware` builds them and sets it
// PLIMSOLL       the program `plimsoll`; without it the deepest stack is not compared with its answer
// UPDATE_EXPECT  set it to write the expected files anew

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { functionNames, loadSegments, sectionBytes } from "./elf.mjs";
import { Pico } from "./pico.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ELFS = process.env.FIRMWARE_ELFS ?? join(HERE, "../../target/thumbv6m-none-eabi/firmware");
const LEGS = process.env.FIRMWARE_LEGS;
const PLIMSOLL = process.env.PLIMSOLL;
const MAX_CYCLES = 400_000_000;
const LED_PIN = 15;

/** Runs a program until it has sent so many lines. */
function runLines(file, lines, typed = "") {
  const pico = new Pico(readFileSync(file));
  pico.type(typed);
  const isDone = pico.run((it) => it.lines >= lines, MAX_CYCLES);
  assert.ok(isDone, `stopped with ${pico.lines} of ${lines} lines:\n${pico.uartText}`);
  return pico;
}

/** Compares text with a file beside this one. */
function assertExpected(text, name) {
  const path = join(HERE, "expected", name);
  if (process.env.UPDATE_EXPECT !== undefined) {
    writeFileSync(path, text);
  }
  assert.equal(text, readFileSync(path, "utf8"));
}

function run(...args) {
  return spawnSync(process.execPath, [join(HERE, "run.mjs"), ...args], { encoding: "utf8" });
}

/** What the main program needs at worst, by reading its code. */
function worstStackBytes(file) {
  const { status, stdout, stderr } = spawnSync(PLIMSOLL, ["stack", file, "--json"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).roots.find((it) => it.kind === "main").worst_bytes;
}

describe("stack", { skip: PLIMSOLL === undefined && "PLIMSOLL is not set" }, () => {
  test("blink takes exactly what its code says", () => {
    const file = join(ELFS, "blink");
    const pico = new Pico(readFileSync(file));
    assert.ok(pico.run((it) => it.pinChanges.length >= 6, MAX_CYCLES));
    assert.equal(pico.stackBytes, worstStackBytes(file));
  });

  test("the logger takes no more than its code says, and not much less", () => {
    const file = join(ELFS, "logger");
    const typed = "help\nlimit 28\nstats\nlimit -300\nperiod 20\nsink\n" + "x".repeat(40) + "\n";
    const seen = runLines(file, 40, typed).stackBytes;
    const worst = worstStackBytes(file);
    // Nothing here formats with {:#?}, whose adapter takes 112 bytes; its code is there all the same.
    const unusedBytes = 128;
    assert.ok(seen <= worst && worst - seen <= unusedBytes, `${seen} seen, ${worst} at worst`);
  });
});

describe("blink", () => {
  test("it takes no more than 1 KiB beside the vector table and the loader", () => {
    const file = readFileSync(join(ELFS, "blink"));
    const apart = sectionBytes(file, ".boot2") + sectionBytes(file, ".vector_table");
    const bytes = loadSegments(file).reduce((sum, it) => sum + it.bytes.length, -apart);
    assert.ok(apart === 256 + 192 && bytes > 0 && bytes <= 1024, `${bytes} bytes and ${apart} apart`);
  });

  test("the LED changes every 250 ms, and no other pin does", () => {
    const pico = new Pico(readFileSync(join(ELFS, "blink")));
    assert.ok(pico.run((it) => it.pinChanges.length >= 6, MAX_CYCLES));
    const changes = pico.pinChanges;
    assert.deepEqual(
      changes.map((it) => `${it.pin} ${it.level}`),
      ["low", "high", "low", "high", "low", "high"].map((level) => `${LED_PIN} ${level}`),
    );
    const gapsUs = changes.slice(2).map((it, idx) => it.timeUs - changes[idx + 1].timeUs);
    for (const gapUs of gapsUs) {
      assert.ok(Math.abs(gapUs - 250_000) < 100, `${gapsUs}`);
    }
    assert.equal(pico.uartText, "");
    assert.deepEqual(pico.warnings, []);
  });
});

/** CRC-32 bit by bit, where the firmware uses a table. */
function crc32(text) {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

describe("logger", () => {
  test("it says what is expected", () => {
    const pico = runLines(join(ELFS, "logger"), 24);
    assertExpected(pico.uartText, "logger.txt");
    assert.deepEqual(pico.warnings, []);
  });

  test("it answers commands, good and bad", () => {
    const typed = "help\nlimit 28\nstats\r\nlimit -300\nperiod 20\nsink\n" + "x".repeat(40) + "\n";
    const pico = runLines(join(ELFS, "logger"), 40, typed);
    assertExpected(pico.uartText, "logger-commands.txt");
  });

  test("every checksum is right", () => {
    assert.equal(crc32("123456789"), 0xcbf43926);
    const pico = runLines(join(ELFS, "logger"), 60);
    const lines = pico.uartText.split("\n").slice(2, -1);
    for (const line of lines) {
      const [text, sum] = line.split(" *");
      assert.equal(sum, crc32(text).toString(16), line);
    }
  });

  test("it remembers more than the 64 samples of its first form", () => {
    const pico = runLines(join(ELFS, "logger"), 100);
    assert.match(pico.uartText, /^last 72: /m);
  });

  test("its port runs at 115200 baud, which may be 2 % off", () => {
    const { baudRate } = runLines(join(ELFS, "logger"), 1);
    assert.ok(Math.abs(baudRate / 115_200 - 1) < 0.02, `${baudRate}`);
  });

  test("its LED beats with the samples", () => {
    const pico = runLines(join(ELFS, "logger"), 6);
    const levels = pico.pinChanges.filter((it) => it.pin === LED_PIN).map((it) => it.level);
    assert.deepEqual(levels.slice(0, 4), ["low", "high", "low", "high"]);
  });
});

describe("the legs of the voyage", { skip: LEGS === undefined && "FIRMWARE_LEGS is not set" }, () => {
  const legs = readdirSync(join(HERE, "expected/legs")).map((it) => it.replace(/\.txt$/, ""));
  // Twelve lines, or what there is in 1.6 seconds: the first legs have little to say, and must say no more.
  const textOf = (leg) => {
    const pico = new Pico(readFileSync(join(LEGS, leg, "logger")));
    pico.run((it) => it.lines >= 12, 20_000_000);
    return pico.uartText;
  };

  for (const leg of legs) {
    test(`${leg} says what is expected`, () => assertExpected(textOf(leg), `legs/${leg}.txt`));
  }

  test("cfmt brings nothing of core::fmt along", () => {
    const formatting = (leg) =>
      functionNames(readFileSync(join(LEGS, leg, "logger"))).filter((it) => /4core3fmt|core\.\.fmt|flt2dec/.test(it));
    assert.deepEqual(formatting("temperature-cfmt"), []);
    assert.notDeepEqual(formatting("temperature-core-fmt"), []);
  });

  test("core::fmt and cfmt print the same", () => {
    assert.equal(textOf("temperature-core-fmt"), textOf("temperature-cfmt"));
  });
});

describe("what picotool shows", () => {
  for (const name of ["blink", "logger", "station"]) {
    test(`${name} says its name and version`, () => {
      const pico = new Pico(readFileSync(join(ELFS, name)));
      assert.deepEqual(binaryInfo(pico), { name: `plimsoll ${name}`, version: "0.1.0" });
    });
  }
});

describe("what the chip starts with", () => {
  for (const name of ["blink", "logger", "station"]) {
    test(`${name} has a loader with the checksum that the boot ROM wants, and a vector table behind it`, () => {
      const { chip } = new Pico(readFileSync(join(ELFS, name)));
      const loader = Buffer.from(chip.flash.subarray(0, 256));
      assert.equal(loader.readUInt32LE(252), bootChecksum(loader.subarray(0, 252)));
      const [stack, reset] = [chip.readUint32(0x10000100), chip.readUint32(0x10000104)];
      assert.ok(stack > 0x20000000 && stack <= 0x20042000 && stack % 8 === 0, `the stack begins at ${stack}`);
      assert.ok(reset > 0x10000100 && reset < 0x10200000 && reset % 2 === 1, `reset leads to ${reset}`);
    });
  }
});

/** CRC-32 from the highest bit on, as the RP2040's datasheet has it (2.8.1.3.1). */
function bootChecksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    }
  }
  return crc >>> 0;
}

/** Follows the "binary info" of the image as picotool does: a marker near its start, a list, tagged strings. */
function binaryInfo({ chip }) {
  const MARKER = 0x7188ebf2;
  const NAMES = { 0x02031c86: "name", 0x11a9bc3a: "version" };
  const word = (address) => chip.readUint32(address);
  const text = (address) => {
    const offset = address - 0x10000000;
    return Buffer.from(chip.flash.subarray(offset, chip.flash.indexOf(0, offset))).toString();
  };
  const candidates = Array.from({ length: 64 }, (_, idx) => 0x10000100 + 4 * idx);
  const header = candidates.find((it) => word(it) === MARKER);
  assert.notEqual(header, undefined, "no marker in the 256 bytes behind the loader");
  const found = {};
  for (let entry = word(header + 4); entry < word(header + 8); entry += 4) {
    const record = word(entry);
    found[NAMES[word(record + 4)]] = text(word(record + 8));
  }
  return found;
}

describe("run.mjs", () => {
  test("prints the lines that were asked for", () => {
    const { status, stdout, stderr } = run(join(ELFS, "logger"), "--lines", "1");
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "plimsoll logger 0.1.0\n", stderr: "" });
  });

  test("prints the changes of a pin", () => {
    const { status, stdout } = run(join(ELFS, "blink"), "--pin-changes", `${LED_PIN}:2`);
    assert.equal(status, 0);
    assert.match(stdout, /^low \d+\nhigh \d+\n$/);
  });

  test("fails when the lines do not come", () => {
    const { status, stdout, stderr } = run(join(ELFS, "blink"), "--lines", "1", "--cycles", "1000");
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /stopped after \d+ cycles with 0 of 1 lines/);
  });

  test("says what is wrong with its arguments and files", () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-"));
    const textFile = join(folder, "text");
    writeFileSync(textFile, "not a program, but longer than the header of an ELF file would be");
    assert.match(run().stderr, /name one ELF file/);
    assert.match(run(textFile).stderr, /not an ELF file/);
    assert.match(run(join(folder, "missing")).stderr, /no such file/);
    assert.match(run(join(ELFS, "logger"), "--lines", "x").stderr, /--lines: "x" is not a number/);
    assert.match(run(textFile, "--deck").stderr, /--deck/);
    assert.equal(run(textFile).status, 2);
    rmSync(folder, { recursive: true });
  });

  test("refuses a program that is cut short", () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-"));
    const cut = join(folder, "cut");
    writeFileSync(cut, readFileSync(join(ELFS, "logger")).subarray(0, 5_000));
    const { status, stderr } = run(cut);
    rmSync(folder, { recursive: true });
    assert.equal(status, 2);
    assert.match(stderr, /the segment at 0x[0-9a-f]+ lies beyond the end of the file/);
  });
});
