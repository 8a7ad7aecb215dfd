// A Raspberry Pi Pico in software: rp2040js with a program in its flash, and records of what the program does.

import { RP2040 } from "rp2040js";
import { loadSegments } from "./elf.mjs";

const FLASH_ADDRESS = 0x10000000;
/** The loader's second stage fills the first 256 bytes; the vector table follows. */
const VECTOR_TABLE_ADDRESS = FLASH_ADDRESS + 0x100;
const CHIP_RESET_PERIPHERAL = 0x40064;
const HAD_POWER_ON_RESET = 1 << 8;
const SENSOR_INPUT = 4;
const NEWLINE = 10;
const PIN_LOW = 0;
const PIN_HIGH = 1;

/** Readings of the temperature sensor, again and again: 27.14 to 29.48 °C, and one at 43.99 °C. */
export const DEFAULT_READINGS = [876, 875, 874, 873, 872, 871, 840, 873];

export class Pico {
  /** @param elf the file's bytes  @param readings raw readings of the temperature sensor */
  constructor(elf, readings = DEFAULT_READINGS) {
    this.chip = new RP2040();
    this.uartText = "";
    this.lines = 0;
    this.pinChanges = [];
    this.warnings = [];
    this.cycles = 0;
    this.lowestStackPointer = Infinity;
    this.waitingInput = [];
    this.recordWarnings();
    this.replaceMissingRegisters();
    this.feedSensor(readings);
    this.program(elf);
    this.listen();
  }

  /** Runs until `isDone(pico)`, or until so many cycles are over; says whether it was done. */
  run(isDone, maxCycles) {
    const { chip } = this;
    let lastProgress = -1;
    while (this.cycles < maxCycles) {
      if (chip.core.waiting) {
        // Our programs sleep only to halt: nothing would wake them.
        return false;
      }
      const cycles = chip.core.executeInstruction();
      this.lowestStackPointer = Math.min(this.lowestStackPointer, chip.core.SP);
      this.cycles += cycles;
      chip.clock.tick((cycles * 1e9) / chip.clkSys);
      const progress = this.uartText.length + this.pinChanges.length;
      if (progress !== lastProgress) {
        lastProgress = progress;
        this.typeNextByte();
        if (isDone(this)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Bytes that arrive at UART0, one after each byte that the program sends, so that none is overrun. */
  type(text) {
    this.waitingInput.push(...Buffer.from(text, "utf8"));
  }

  /** How much of the stack was taken at the deepest so far, from where the vector table says it begins. */
  get stackBytes() {
    return this.chip.readUint32(VECTOR_TABLE_ADDRESS) - this.lowestStackPointer;
  }

  get baudRate() {
    return this.chip.uart[0].baudRate;
  }

  typeNextByte() {
    if (this.waitingInput.length > 0 && !this.chip.uart[0].rxFIFO.full) {
      this.chip.uart[0].feedByte(this.waitingInput.shift());
    }
  }

  recordWarnings() {
    const record = (level) => (component, message) => this.warnings.push(`${level} ${component}: ${message}`);
    const ignore = () => {};
    this.chip.logger = { debug: ignore, info: ignore, warn: record("warning"), error: record("error") };
  }

  /** rp2040js has no VREG_AND_CHIP_RESET; a Pico that was just plugged in reads like this. */
  replaceMissingRegisters() {
    const missing = this.chip.peripherals[CHIP_RESET_PERIPHERAL];
    const readRegister = missing.readUint32.bind(missing);
    missing.readUint32 = (offset) => (offset === 8 ? HAD_POWER_ON_RESET : readRegister(offset));
  }

  feedSensor(readings) {
    const { adc } = this.chip;
    let idx = 0;
    adc.onADCRead = (input) => {
      adc.currentChannel = input;
      adc.channelValues[SENSOR_INPUT] = readings[idx++ % readings.length];
      adc.sampleAlarm.schedule(adc.sampleTime * 1000);
    };
  }

  /** Writes the flash and starts behind the loader's second stage, which has nothing to set up here. */
  program(elf) {
    const { chip } = this;
    for (const { address, bytes } of loadSegments(elf)) {
      const offset = address - FLASH_ADDRESS;
      if (offset < 0 || offset + bytes.length > chip.flash.length) {
        throw new Error(`the segment at 0x${address.toString(16)} is not in flash`);
      }
      chip.flash.set(bytes, offset);
    }
    chip.core.VTOR = VECTOR_TABLE_ADDRESS;
    chip.core.reset();
  }

  listen() {
    this.chip.uart[0].onByte = (byte) => {
      this.uartText += String.fromCharCode(byte);
      this.lines += byte === NEWLINE ? 1 : 0;
    };
    this.chip.gpio.forEach((pin, number) =>
      pin.addListener((value) => {
        if (value === PIN_LOW || value === PIN_HIGH) {
          const timeUs = Math.round(this.chip.clock.nanos / 1000);
          this.pinChanges.push({ pin: number, level: value === PIN_HIGH ? "high" : "low", timeUs });
        }
      }),
    );
  }
}
