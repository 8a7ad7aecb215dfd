// Runs the programs `logger-*` on the emulated Pico: they say the same and differ in what that costs.
//
// FIRMWARE_LOGGERS  folder of `logger-silent`, `logger-cfmt` and the others; `cargo xtask firmware` builds
//                   them and sets it

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { functionNames } from "./elf.mjs";
import { FORMATTERS, LINES, weigh } from "./loggers.mjs";

const FOLDER = process.env.FIRMWARE_LOGGERS;
/** Over the program that prints nothing. */
const MOST_BYTES = { cfmt: 700, "cfmt-rust": 800 };
const MOST_STACK_BYTES = 200;
const FORMATTING = /4core3fmt|core\.\.fmt|core::fmt|flt2dec|panic_fmt|panicking/;

describe("loggers", { skip: FOLDER === undefined && "FIRMWARE_LOGGERS is not set" }, () => {
  const seen = new Map();
  const of = (name) => {
    if (!seen.has(name)) {
      seen.set(name, weigh(FOLDER, name));
    }
    return seen.get(name);
  };

  test("the silent one prints nothing", () => assert.equal(of("silent").text, ""));

  test("core::fmt prints 600 lines", () => {
    const lines = Buffer.from(of("core-fmt").text, "latin1").toString().split("\n");
    assert.equal(lines.length, LINES + 1);
    assert.deepEqual(lines.slice(0, 2), ["round 1: tea aboard", "drift -81985529216486896 of 1985229328"]);
    assert.equal(lines.filter((it) => /^mark [xΩ€🚢], 100% of (iron|tea|grain and rope|)$/u.test(it)).length, LINES / 5);
  });

  for (const name of FORMATTERS.filter((it) => it !== "core-fmt")) {
    test(`${name} prints what core::fmt prints`, () => {
      const lines = of(name).text.split("\n");
      const expected = of("core-fmt").text.split("\n");
      const differing = lines.findIndex((it, idx) => it !== expected[idx]);
      assert.equal(lines[differing], expected[differing], `line ${differing + 1}`);
      assert.equal(lines.length, expected.length);
    });
  }

  for (const name of FORMATTERS.filter((it) => it.startsWith("cfmt"))) {
    test(`${name} brings nothing of core::fmt along, nor of panics with words`, () => {
      assert.deepEqual(functionNames(of(name).file).filter((it) => FORMATTING.test(it)), []);
      assert.notDeepEqual(functionNames(of("core-fmt").file).filter((it) => FORMATTING.test(it)), []);
    });

    test(`${name} costs little`, () => {
      const { bytes, stackBytes } = of(name);
      const base = of("silent");
      assert.ok(bytes - base.bytes <= MOST_BYTES[name], `${bytes - base.bytes} bytes`);
      assert.ok(stackBytes - base.stackBytes <= MOST_STACK_BYTES, `${stackBytes - base.stackBytes} bytes of stack`);
    });
  }
});
