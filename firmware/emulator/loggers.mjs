// What the programs `logger-*` weigh, take and say: they differ in nothing but the formatter.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeFrames } from "./defmt.mjs";
import { sectionBytes } from "./elf.mjs";
import { Pico } from "./pico.mjs";

/** The formatters, as in `logger-<name>`, of which defmt sends no text but frames. `silent` prints nothing and is what others are held to. */
export const FORMATTERS = ["cfmt", "cfmt-rust", "ufmt", "core-fmt", "defmt"];
export const ROUNDS = 120;
export const LINES = 5 * ROUNDS;
/** The LED changes once when it is switched on, and then after every round. */
const PIN_CHANGES = 1 + ROUNDS;
const MAX_CYCLES = 400_000_000;

/** Runs the 120 rounds of a `logger-<name>`: { bytes, stackBytes, cycles, text }. Throws where they do not come. */
export function weigh(folder, name) {
  const file = readFileSync(join(folder, `logger-${name}`));
  const pico = new Pico(file);
  if (!pico.run((it) => it.pinChanges.length >= PIN_CHANGES, MAX_CYCLES)) {
    throw new Error(`logger-${name} stopped with ${pico.lines} lines:\n${pico.uartText}`);
  }
  const bytes = [".text", ".rodata", ".data"].reduce((sum, it) => sum + sectionBytes(file, it), 0);
  const text = name === "defmt" ? decodeText(file, pico.uartText) : pico.uartText;
  return { bytes, stackBytes: pico.stackBytes, cycles: pico.cycles, text, file };
}

function decodeText(file, wire) {
  return Buffer.from(decodeFrames(file, Buffer.from(wire, "latin1"))).toString("latin1");
}

/** The table of the README, in Markdown. */
export function table(folder) {
  const base = weigh(folder, "silent");
  const rows = FORMATTERS.map((name) => {
    const { bytes, stackBytes, cycles } = weigh(folder, name);
    const perLine = Math.round((cycles - base.cycles) / LINES);
    const over = (number) => `**+${thousands(number)}**`;
    return [`\`logger-${name}\``, bytes, over(bytes - base.bytes), stackBytes, over(stackBytes - base.stackBytes), perLine];
  });
  const all = [["`logger-silent`", base.bytes, "–", base.stackBytes, "–", "–"], ...rows];
  const cells = (row) => `| ${row.map((it) => (typeof it === "number" ? thousands(it) : it)).join(" | ")} |\n`;
  const head = ["program", "bytes", "over silent", "stack, bytes", "over silent", "cycles per line"];
  return `${cells(head)}|---|---:|---:|---:|---:|---:|\n${all.map(cells).join("")}`;
}

function thousands(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}
