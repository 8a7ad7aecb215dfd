// A Raspberry Pi Pico in software: rp2040js with a program in its flash, and records of what the program does.

import { RP2040 } from "rp2040js";
import { loadSegments } from "./elf.mjs";
import { Flash, FlashPins, Ssi } from "./flash.mjs";

const FLASH_ADDRESS = 0x10000000;
/** The loader's second stage fills the first 256 bytes; the vector table follows. */
const VECTOR_TABLE_ADDRESS = FLASH_ADDRESS + 0x100;
const FLASH_BYTES = 2 << 20;
const SSI_PERIPHERAL = 0x18000;
const FLASH_PINS_PERIPHERAL = 0x40018;
const PSM_PERIPHERAL = 0x40010;
const WATCHDOG_PERIPHERAL = 0x40058;
const CHIP_RESET_PERIPHERAL = 0x40064;
/** The processors and the bus: what a watchdog must reset to start the program anew. */
const CORE_BLOCKS = 0x1_f000;
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
    this.uartText = "";
    this.lines = 0;
    this.pinChanges = [];
    this.warnings = [];
    this.cycles = 0;
    this.resets = 0;
    this.lowestStackPointer = Infinity;
    this.waitingInput = [];
    this.readings = readings;
    this.flash = new Flash(programmed(elf), (message) => this.warn(`error ${message}`));
    this.powerUp();
  }

  /** Starts behind the loader's second stage. What a program left in flash is there, whatever it was doing. */
  powerUp() {
    this.start(new RP2040());
  }

  /** Runs until `isDone(pico)`, or until so many cycles are over; says whether it was done. */
  run(isDone, maxCycles) {
    let lastProgress = -1;
    while (this.cycles < maxCycles) {
      const { chip } = this;
      if (chip.core.waiting) {
        // Our programs sleep only to halt: nothing would wake them.
        return false;
      }
      const cycles = chip.core.executeInstruction();
      this.lowestStackPointer = Math.min(this.lowestStackPointer, chip.core.SP);
      this.cycles += cycles;
      chip.clock.tick((cycles * 1e9) / chip.clkSys);
      if (this.isBitten) {
        this.restart();
      }
      const progress = this.uartText.length + this.pinChanges.length + this.flash.changes.length;
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

  /** A line that arrives at UART0 at once: as much as the port holds until the program looks. */
  typeLine(text) {
    const bytes = Buffer.from(`${text}\n`, "utf8");
    const { rxFIFO } = this.chip.uart[0];
    for (const byte of bytes) {
      if (rxFIFO.full) {
        throw new Error("the line is longer than the port's 32 bytes");
      }
      this.chip.uart[0].feedByte(byte);
    }
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

  /** What is said again and again is kept once. */
  warn(message) {
    if (!this.warnings.includes(message)) {
      this.warnings.push(message);
    }
  }

  recordWarnings() {
    const record = (level) => (component, message) => this.warn(`${level} ${component}: ${message}`);
    const ignore = () => {};
    const warn = (component, message) => {
      // A real chip would fault here, or stand still; what the program did from then on would mean nothing.
      if (message.startsWith("Read from invalid memory address")) {
        throw new Error(`${component}: ${message}, near PC 0x${this.chip.core.PC.toString(16)}`);
      }
      record("warning")(component, message);
    };
    this.chip.logger = { debug: ignore, info: ignore, warn, error: record("error") };
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

  start(chip) {
    this.chip = chip;
    this.isBitten = false;
    this.recordWarnings();
    this.replaceMissingRegisters();
    this.attachFlash();
    this.feedSensor(this.readings);
    this.listen();
    chip.peripherals[WATCHDOG_PERIPHERAL].onWatchdogTrigger = () => this.bite();
    chip.core.VTOR = VECTOR_TABLE_ADDRESS;
    chip.core.reset();
  }

  /** rp2040js holds 16 MiB of flash, of which a Pico has two. */
  attachFlash() {
    const { chip, flash } = this;
    chip.flash.fill(0xff);
    chip.flash.set(flash.bytes);
    flash.bytes = chip.flash.subarray(0, FLASH_BYTES);
    flash.clock = chip.clock;
    flash.restart();
    const ssi = new Ssi(chip, flash);
    chip.peripherals[SSI_PERIPHERAL] = ssi;
    chip.peripherals[FLASH_PINS_PERIPHERAL] = new FlashPins(chip, ssi);
  }

  /** The watchdog resets what the program chose for it. */
  bite() {
    const { peripherals } = this.chip;
    // It would go off again at once, and for ever.
    peripherals[WATCHDOG_PERIPHERAL].alarm.enable = false;
    const chosen = peripherals[PSM_PERIPHERAL].wdsel;
    this.isBitten = (chosen & CORE_BLOCKS) === CORE_BLOCKS;
    if (!this.isBitten) {
      this.warn("error watchdog: it may not reset the cores");
    }
  }

  /** A watchdog's reset: RAM keeps what it holds, and the watchdog knows that it was it. */
  restart() {
    const { sram, peripherals } = this.chip;
    const { reason } = peripherals[WATCHDOG_PERIPHERAL];
    this.resets += 1;
    const chip = new RP2040();
    chip.sram.set(sram);
    chip.peripherals[WATCHDOG_PERIPHERAL].reason = reason;
    this.start(chip);
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

/** A flash with a program in it. */
function programmed(elf) {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  for (const { address, bytes } of loadSegments(elf)) {
    const offset = address - FLASH_ADDRESS;
    if (offset < 0 || offset + bytes.length > flash.length) {
      throw new Error(`the segment at 0x${address.toString(16)} is not in flash`);
    }
    flash.set(bytes, offset);
  }
  return flash;
}
