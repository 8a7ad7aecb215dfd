// Runs `station` on the emulated Pico: its orders, what it keeps in flash, its watchdog and its panic.
//
// The variables are those of test.mjs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { functionNames } from "./elf.mjs";
import { Flash, SECTOR_BYTES } from "./flash.mjs";
import { Pico } from "./pico.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ELFS = process.env.FIRMWARE_ELFS ?? join(HERE, "../../target/thumbv6m-none-eabi/firmware");
const PLIMSOLL = process.env.PLIMSOLL;
const FILE = join(ELFS, "station");
const README = readFileSync(join(HERE, "../README.md"), "utf8");
const PLACES = [0x1fe000, 0x1ff000];
/** Two seconds at 12 MHz. */
const PATIENCE_CYCLES = 24_000_000;
const GREETING_LINES = 3;

/** A station that has greeted and takes orders. */
function started() {
  const pico = new Pico(readFileSync(FILE));
  runLines(pico, GREETING_LINES);
  return pico;
}

/** Runs until so many more lines came; returns them. */
function runLines(pico, count) {
  const before = pico.uartText.length;
  const wanted = pico.lines + count;
  const isDone = pico.run((it) => it.lines >= wanted, pico.cycles + PATIENCE_CYCLES);
  assert.ok(isDone, `stopped with ${pico.lines} of ${wanted} lines:\n${pico.uartText}`);
  return pico.uartText.slice(before);
}

/** Gives an order and returns the lines of its answer. */
function ask(pico, order, count = 1) {
  pico.typeLine(order);
  return runLines(pico, count);
}

/** Switches off and on again; returns the greeting. */
function powerCycle(pico, lines = GREETING_LINES) {
  pico.powerUp();
  return runLines(pico, lines);
}

/** Changes a bit of the record in a place, as a write that was cut short would. */
function damage(pico, place) {
  pico.flash.bytes[PLACES[place] + 8] ^= 1;
}

function recordOf(pico, place) {
  return Buffer.from(pico.flash.bytes.subarray(PLACES[place], PLACES[place] + 20)).toString("hex");
}

function assertExpected(text, name) {
  const path = join(HERE, "expected", name);
  if (process.env.UPDATE_EXPECT !== undefined) {
    writeFileSync(path, text);
  }
  assert.equal(text, readFileSync(path, "utf8"));
}

describe("station", () => {
  test("every order gets its answer", () => {
    const pico = started();
    // One reading of the eight is over 40 °C; the alarm comes and goes.
    runLines(pico, 2);
    const orders = [
      ["help"],
      ["status", 2],
      ["limit 45"],
      ["rate 20"],
      ["rate 0"],
      ["rate"],
      ["limit 2000"],
      ["save"],
      ["sink"],
      ["x".repeat(31)],
      ["status", 2],
    ];
    for (const [order, count] of orders) {
      pico.uartText += `> ${order}\n`;
      ask(pico, order, count);
    }
    assertExpected(pico.uartText, "station.txt");
    assert.deepEqual(pico.warnings, []);
  });

  test("it samples as often as it is told", () => {
    const pico = started();
    const changes = () => pico.pinChanges.slice(1).map((it) => it.timeUs);
    assert.ok(pico.run(() => changes().length >= 6, pico.cycles + PATIENCE_CYCLES));
    const gaps = (times) => times.slice(1).map((it, idx) => it - times[idx]);
    for (const gapUs of gaps(changes().slice(1))) {
      assert.ok(Math.abs(gapUs - 100_000) < 2_000, `${gapUs}`);
    }
    ask(pico, "rate 7");
    const known = changes().length;
    assert.ok(pico.run(() => changes().length >= known + 6, pico.cycles + PATIENCE_CYCLES));
    for (const gapUs of gaps(changes().slice(known + 1))) {
      assert.ok(Math.abs(gapUs - 7_000) < 2_000, `${gapUs}`);
    }
  });

  test("cfmt and the panic's place bring nothing of core::fmt along", () => {
    const names = functionNames(readFileSync(FILE));
    assert.deepEqual(names.filter((it) => /4core3fmt|core\.\.fmt|flt2dec/.test(it)), []);
  });
});

describe("what station keeps in flash", () => {
  test("what was saved is there after the power was off", () => {
    const pico = started();
    ask(pico, "rate 250");
    ask(pico, "limit 31");
    assert.equal(ask(pico, "save"), "saved as record 1\n");
    assert.match(powerCycle(pico), /^settings: record 1, every 250 ms, alarm above 31.00 C$/m);
    assert.deepEqual(pico.warnings, []);
  });

  test("what was not saved is gone", () => {
    const pico = started();
    ask(pico, "rate 250");
    assert.match(powerCycle(pico), /^settings: nothing saved, every 100 ms, alarm above 40.00 C$/m);
  });

  test("two places take turns, and the rest of the flash is left alone", () => {
    const pico = started();
    const program = Buffer.from(pico.flash.bytes.subarray(0, PLACES[0])).toString("hex");
    for (const n of [1, 2, 3]) {
      assert.equal(ask(pico, "save"), `saved as record ${n}\n`);
    }
    const changes = pico.flash.changes.map(({ kind, offset }) => `${kind} ${offset.toString(16)}`);
    const turns = ["1fe000", "1ff000", "1fe000"].flatMap((it) => [`erase ${it}`, `program ${it}`]);
    assert.deepEqual(changes, turns);
    assert.equal(Buffer.from(pico.flash.bytes.subarray(0, PLACES[0])).toString("hex"), program);
    assert.equal(recordOf(pico, 0).slice(8, 16), "03000000");
    assert.equal(recordOf(pico, 1).slice(8, 16), "02000000");
  });

  test("a power cut between erasing and writing leaves the record before", () => {
    const pico = started();
    ask(pico, "rate 250");
    ask(pico, "save");
    ask(pico, "rate 333");
    ask(pico, "save");
    ask(pico, "rate 444");
    pico.typeLine("save");
    // The third save erases the first place; there the power fails.
    assert.ok(pico.run((it) => it.flash.changes.length === 5, pico.cycles + PATIENCE_CYCLES));
    assert.equal(pico.flash.changes.at(-1).kind, "erase");
    assert.match(powerCycle(pico), /^settings: record 2, every 333 ms/m);
    assert.equal(ask(pico, "save"), "saved as record 3\n");
  });

  test("a damaged record is told of, and the other one counts", () => {
    const pico = started();
    ask(pico, "rate 250");
    ask(pico, "save");
    ask(pico, "rate 333");
    ask(pico, "save");
    damage(pico, 1);
    const greeting = powerCycle(pico, GREETING_LINES + 1);
    assert.match(greeting, /^settings: a damaged record is left alone$/m);
    assert.match(greeting, /^settings: record 1, every 250 ms/m);
  });

  test("with nothing but a damaged record the defaults hold", () => {
    const pico = started();
    ask(pico, "rate 250");
    ask(pico, "save");
    damage(pico, 0);
    const greeting = powerCycle(pico, GREETING_LINES + 1);
    assert.match(greeting, /^settings: a damaged record is left alone$/m);
    assert.match(greeting, /^settings: nothing saved, every 100 ms, alarm above 40.00 C$/m);
  });
});

describe("station's watchdog", () => {
  test("it bites when the main loop hangs", () => {
    const pico = started();
    assert.equal(ask(pico, "hang"), "hanging\n");
    const before = pico.cycles;
    assert.match(runLines(pico, GREETING_LINES), /^started: the watchdog was not fed, start 2 since power came up$/m);
    assert.equal(pico.resets, 1);
    const lastedMs = (pico.cycles - before) / 12_000;
    assert.ok(lastedMs > 900 && lastedMs < 1_200, `${lastedMs}`);
  });

  test("it bites when samples stop, though the main loop runs", () => {
    const pico = started();
    const TIMER = 0x40054;
    const INTE = 0x38;
    // The alarm comes and goes: samples arrive.
    runLines(pico, 2);
    pico.chip.peripherals[TIMER].writeUint32(INTE, 0);
    assert.match(runLines(pico, GREETING_LINES), /^started: the watchdog was not fed, start 2 since power came up$/m);
  });

  test("it leaves a station alone that samples rarely", () => {
    const pico = started();
    ask(pico, "rate 1500");
    pico.run(() => false, pico.cycles + 12_000_000 * 2);
    assert.equal(pico.resets, 0);
  });

  test("reboot is told from a bite, and loses what was not saved", () => {
    const pico = started();
    ask(pico, "rate 250");
    const greeting = ask(pico, "reboot", GREETING_LINES);
    assert.match(greeting, /^started: it was asked to, start 2 since power came up$/m);
    assert.match(greeting, /every 100 ms/);
  });
});

describe("a panic", () => {
  test("it prints its place once and stops", () => {
    const pico = started();
    const source = readFileSync(join(HERE, "../src/bin/station.rs"), "utf8").split("\n");
    const line = source.findIndex((it) => it.includes("panic!(")) + 1;
    assert.equal(ask(pico, "crash"), `panicked at firmware/src/bin/station.rs:${line}\n`);
    const { length } = pico.uartText;
    pico.run(() => false, pico.cycles + PATIENCE_CYCLES);
    assert.ok(pico.chip.core.waiting && pico.chip.core.PM, "it sleeps with interrupts off");
    assert.deepEqual([pico.uartText.length, pico.resets], [length, 0]);
  });
});

/** Whether the compilers are those whose figures the README has. */
function isOfReadme(elf) {
  const compilers = /rustc ([\d.]+) and arm-none-eabi-gcc ([\d.]+)/.exec(README);
  return compilers.slice(1).every((it) => elf.includes(` ${it} `));
}

describe("station's stack", { skip: PLIMSOLL === undefined && "PLIMSOLL is not set" }, () => {
  test("it takes no more than its code says, with the interrupt on top, and not much less", () => {
    const pico = started();
    for (const order of ["rate 1", "help", "limit 28", "save", "save", "save"]) {
      ask(pico, order);
    }
    runLines(pico, 20);
    const worst = worstStackBytes().reduce((sum, it) => sum + it);
    const seen = pico.stackBytes;
    assert.ok(seen <= worst && worst - seen <= 128, `${seen} seen, ${worst} at worst`);
  });

  test("it is what the README says", { skip: !isOfReadme(readFileSync(FILE)) && "of other compilers" }, () => {
    const [main, interrupt] = worstStackBytes();
    assert.match(README, new RegExp(`takes ${main} bytes\\s+of stack, and ${interrupt} more`));
  });
});

/** What the main program and the deepest interrupt on top of it need at worst, by reading their code. */
function worstStackBytes() {
  const { status, stdout, stderr } = spawnSync(PLIMSOLL, ["stack", FILE, "--json"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const { roots } = JSON.parse(stdout);
  const worstOf = (kind) => Math.max(...roots.filter((it) => it.kind === kind).map((it) => it.worst_bytes));
  return [worstOf("main"), worstOf("interrupt")];
}

describe("the flash of the emulator", () => {
  const flashOf = (failures) => {
    const flash = new Flash(new Uint8Array(2 * SECTOR_BYTES).fill(0xff), (it) => failures.push(it));
    return Object.assign(flash, { clock: { nanos: 0 }, isContinuous: false });
  };
  const tell = (flash, ...bytes) => {
    bytes.forEach((it) => flash.exchange(it));
    flash.deselect();
    flash.clock.nanos += 1e9;
  };

  test("writing only clears bits, and wraps at the end of a page", () => {
    const failures = [];
    const flash = flashOf(failures);
    tell(flash, 0x06);
    tell(flash, 0x02, 0, 0x10, 0xfe, 1, 2, 3);
    tell(flash, 0x06);
    tell(flash, 0x02, 0, 0x10, 0xff, 0xf4);
    assert.deepEqual([...flash.bytes.subarray(0x10fe, 0x1100)], [1, 0]);
    assert.equal(flash.bytes[0x1000], 3);
    tell(flash, 0x06);
    tell(flash, 0x20, 0, 0x11, 0x23);
    assert.ok(flash.bytes.every((it) => it === 0xff));
    assert.deepEqual(failures, []);
  });

  test("it tells of a change without write enable, of one too early, and of an unknown command", () => {
    const failures = [];
    const flash = flashOf(failures);
    tell(flash, 0x20, 0, 0, 0);
    flash.clock.nanos -= 1e9;
    tell(flash, 0x06);
    tell(flash, 0xc7);
    assert.deepEqual(failures, [
      "flash: command 0x20 without write enable",
      "flash: command 0x6 while it is busy",
      "flash: command 0xc7 is not modelled",
    ]);
  });
});
