#!/usr/bin/env node
// Runs a program on the emulated Pico and prints what it sends over UART0.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DEFAULT_READINGS, Pico } from "./pico.mjs";

const HELP = `Usage: run.mjs ELF [options]

Runs an RP2040 program from its ELF file and prints its UART0 output.

  --lines N            stop after N lines (exit 1 if they do not come)
  --cycles N           stop after N cycles (default 400000000)
  --pin-changes PIN:N  instead of UART0 print N changes of a pin: "high 250003"
                       (level, microseconds since the start)
  --type TEXT          send TEXT to UART0; \\n in it is a newline
  --readings A,B,…     raw readings of the temperature sensor, again and again
                       (default ${DEFAULT_READINGS})
  --help               print this
`;

const OPTIONS = {
  lines: { type: "string" },
  cycles: { type: "string", default: "400000000" },
  "pin-changes": { type: "string" },
  type: { type: "string", default: "" },
  readings: { type: "string", default: DEFAULT_READINGS.join(",") },
  help: { type: "boolean", default: false },
};

class UsageError extends Error {}

function main() {
  const { values, positionals } = parse();
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length !== 1) {
    throw new UsageError("name one ELF file");
  }
  const pico = new Pico(readFileSync(positionals[0]), values.readings.split(",").map((it) => count(it, "--readings")));
  pico.type(values.type.replaceAll("\\n", "\n"));
  const cycles = count(values.cycles, "--cycles");
  return values["pin-changes"] === undefined ? printLines(pico, values.lines, cycles) : printPin(pico, values["pin-changes"], cycles);
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function printLines(pico, lines, cycles) {
  const wanted = lines === undefined ? Infinity : count(lines, "--lines");
  let printedLines = 0;
  let printedBytes = 0;
  const print = () => {
    process.stdout.write(pico.uartText.slice(printedBytes));
    printedBytes = pico.uartText.length;
    printedLines = pico.lines;
  };
  const isDone = pico.run((it) => {
    if (it.lines > printedLines) {
      print();
    }
    return it.lines >= wanted;
  }, cycles);
  print();
  return verdict(pico, isDone || wanted === Infinity, `${pico.lines} of ${wanted} lines`);
}

function printPin(pico, text, cycles) {
  const [pin, wanted] = text.split(":").map((it) => count(it, "--pin-changes"));
  const changesOf = (it) => it.pinChanges.filter((change) => change.pin === pin);
  const isDone = pico.run((it) => changesOf(it).length >= wanted, cycles);
  for (const { level, timeUs } of changesOf(pico)) {
    process.stdout.write(`${level} ${timeUs}\n`);
  }
  return verdict(pico, isDone, `${changesOf(pico).length} of ${wanted} changes of pin ${pin}`);
}

/** What went wrong goes to stderr, and into the exit code. */
function verdict(pico, isDone, reached) {
  for (const warning of pico.warnings) {
    process.stderr.write(`${warning}\n`);
  }
  if (!isDone) {
    process.stderr.write(`error: stopped after ${pico.cycles} cycles with ${reached}\n`);
  }
  return isDone ? 0 : 1;
}

function count(text, option) {
  if (!/^[0-9]+$/.test(text ?? "")) {
    throw new UsageError(`${option}: "${text ?? ""}" is not a number`);
  }
  return Number(text);
}

// Whoever reads has seen enough, as `head` does.
process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? 0 : 2));

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  if (error instanceof UsageError) {
    process.stderr.write("Try --help.\n");
  }
  process.exitCode = 2;
}
