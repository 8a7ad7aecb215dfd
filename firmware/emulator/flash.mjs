// The flash of a Pico behind its serial port: a W25Q080 and the SSI that leads to it, as far as programs use them
// to erase and write, after the chip's datasheet and chapter 4.10 of the RP2040's.
//
// While the port speaks to the flash by commands, the program cannot read it as memory, neither instructions nor
// constants. A real chip would stand still or run wild; here such a read throws.

import { BasePeripheral } from "rp2040js";

export const SECTOR_BYTES = 4096;
export const PAGE_BYTES = 256;

const ERASED = 0xff;
const WRITE_ENABLE = 0x06;
const READ_STATUS = 0x05;
const READ_STATUS_2 = 0x35;
const PAGE_PROGRAM = 0x02;
const SECTOR_ERASE = 0x20;
const FAST_READ_QUAD = 0xeb;
const IS_BUSY = 1 << 0;
const IS_WRITE_ENABLED = 1 << 1;
const IS_QUAD_ENABLED = 1 << 1;
/** Typical times of the datasheet. */
const ERASE_NANOS = 45e6;
const PROGRAM_NANOS = 0.7e6;

/** The memory chip: it hears bytes between two edges of its select line. */
export class Flash {
  /** @param bytes what it holds  @param fail is told what a program did wrong */
  constructor(bytes, fail) {
    this.bytes = bytes;
    this.fail = fail;
    this.clock = undefined;
    /** What was changed so far: { kind, offset }. */
    this.changes = [];
    this.restart();
  }

  /** The loader ran: it leaves the mode that continues reading, and nothing under way. */
  restart() {
    this.isContinuous = true;
    this.isWriteEnabled = false;
    this.busyUntilNanos = 0;
    this.heard = [];
  }

  get isBusy() {
    return this.clock.nanos < this.busyUntilNanos;
  }

  /** Hears a byte and says one. */
  exchange(byte) {
    this.heard.push(byte);
    if (this.isContinuous || this.heard.length === 1) {
      return ERASED;
    }
    if (this.heard[0] === READ_STATUS) {
      return (this.isBusy ? IS_BUSY : 0) | (this.isWriteEnabled ? IS_WRITE_ENABLED : 0);
    }
    return this.heard[0] === READ_STATUS_2 ? IS_QUAD_ENABLED : ERASED;
  }

  /** The select line went up: what was heard is a command. */
  deselect() {
    const [command, ...operands] = this.heard;
    this.heard = [];
    if (command === undefined) {
      return;
    }
    if (this.isContinuous) {
      // The chip takes everything for an address, until the bits where the mode would stand are ones.
      this.isContinuous = !(command === 0xff && operands.length > 0 && operands.every((it) => it === 0xff));
      this.check(!this.isContinuous, `command 0x${command.toString(16)} in continuous read mode`);
    } else {
      this.obey(command, operands);
    }
  }

  obey(command, operands) {
    if (command === READ_STATUS || command === READ_STATUS_2) {
      return;
    }
    this.check(!this.isBusy, `command 0x${command.toString(16)} while it is busy`);
    if (command === WRITE_ENABLE) {
      this.isWriteEnabled = true;
    } else if (command === SECTOR_ERASE || command === PAGE_PROGRAM) {
      this.check(this.isWriteEnabled, `command 0x${command.toString(16)} without write enable`);
      this.isWriteEnabled = false;
      const [high, middle, low, ...data] = operands;
      this.change(command, ((high << 16) | (middle << 8) | low) % this.bytes.length, data);
    } else {
      this.check(false, `command 0x${command.toString(16)} is not modelled`);
    }
  }

  change(command, offset, data) {
    if (command === SECTOR_ERASE) {
      const start = offset - (offset % SECTOR_BYTES);
      this.bytes.fill(ERASED, start, start + SECTOR_BYTES);
      this.busyUntilNanos = this.clock.nanos + ERASE_NANOS;
      this.changes.push({ kind: "erase", offset: start });
      return;
    }
    // Writing clears bits and never sets one; behind the end of the page it goes on at its start.
    const page = offset - (offset % PAGE_BYTES);
    data.forEach((byte, idx) => (this.bytes[page + ((offset + idx) % PAGE_BYTES)] &= byte));
    this.busyUntilNanos = this.clock.nanos + PROGRAM_NANOS;
    this.changes.push({ kind: "program", offset });
  }

  check(isRight, message) {
    if (!isRight) {
      this.fail(`flash: ${message}`);
    }
  }
}

const CTRLR0 = 0x00;
const SSIENR = 0x08;
const SER = 0x10;
const BAUDR = 0x14;
const SR = 0x28;
const DR0 = 0x60;
const SPI_CTRLR0 = 0xf4;
const CAN_TAKE_MORE = (1 << 1) | (1 << 2);
const HAS_RECEIVED = 1 << 3;
const FIFO_DEPTH = 16;
const CONTINUE_READING = 0xa0;
const BYTE_FRAMES = 7;

/** What the loader's second stage leaves: quad frames of 32 bits, no instruction, "continue" in the mode bits. */
const AFTER_LOADER = {
  [CTRLR0]: (2 << 21) | (31 << 16) | (3 << 8),
  [SSIENR]: 1,
  [SER]: 1,
  [BAUDR]: 4,
  [SPI_CTRLR0]: (CONTINUE_READING << 24) | (4 << 11) | (8 << 2) | 2,
};

/** The serial port. Transfers take no time, but the select line falls and rises as it would. */
export class Ssi extends BasePeripheral {
  constructor(chip, flash) {
    super(chip, "SSI");
    this.flash = flash;
    this.registers = { ...AFTER_LOADER };
    this.received = [];
    this.quadFrames = [];
    this.isSelectedByHand = false;
    this.memory = { flash: chip.flash, flash16: chip.flash16, flashView: chip.flashView };
  }

  readUint32(offset) {
    if (offset === SR) {
      this.endTransfer();
      return CAN_TAKE_MORE | (this.received.length > 0 ? HAS_RECEIVED : 0);
    }
    return offset === DR0 ? (this.received.shift() ?? 0) : (this.registers[offset] ?? 0);
  }

  writeUint32(offset, value) {
    if (offset === DR0) {
      this.send(value);
    } else {
      this.configure(offset, value);
    }
    this.mapMemory();
  }

  configure(offset, value) {
    this.flash.check(
      offset === SSIENR || !this.isEnabled || this.registers[offset] === value,
      `register 0x${offset.toString(16)} of the port changed while it is enabled`,
    );
    this.registers[offset] = value;
    if (offset === SSIENR && !this.isEnabled) {
      this.endTransfer();
      this.received = [];
      this.quadFrames = [];
    }
  }

  /** The program drives the select line, or leaves it to the port. */
  select(isLow) {
    if (this.isSelectedByHand && !isLow) {
      this.flash.deselect();
    }
    this.isSelectedByHand = isLow;
    this.mapMemory();
  }

  get isEnabled() {
    return (this.registers[SSIENR] & 1) === 1;
  }

  get isQuad() {
    return ((this.registers[CTRLR0] >>> 21) & 3) === 2;
  }

  send(value) {
    this.flash.check(this.isEnabled && (this.registers[SER] & 1) === 1, "sent through a port that is not enabled");
    if (this.isQuad) {
      this.sendQuad(value);
      return;
    }
    this.flash.check(((this.registers[CTRLR0] >>> 16) & 31) === BYTE_FRAMES, "frames of a command are bytes");
    this.flash.check(this.received.length < FIFO_DEPTH, "more received than the port can hold");
    this.received.push(this.flash.exchange(value & 0xff));
  }

  /** The one quad read of the loader: an instruction, then an address with the mode in its last byte. */
  sendQuad(value) {
    this.quadFrames.push(value);
    if (this.quadFrames.length === 2) {
      const [instruction, address] = this.quadFrames;
      this.flash.check(instruction === FAST_READ_QUAD && !this.flash.isBusy, "a quad read that is none");
      this.flash.isContinuous = (address & 0xf0) === CONTINUE_READING;
      this.received.push(0xffffffff);
    }
  }

  /** By itself the port holds the select line only while it sends. */
  endTransfer() {
    if (!this.isSelectedByHand && !this.isQuad) {
      this.flash.deselect();
    }
  }

  /** Whether a bus access would reach the flash as an address. */
  get isMemory() {
    const spi = this.registers[SPI_CTRLR0] >>> 0;
    const isWithoutInstruction = ((spi >>> 8) & 3) === 0 && spi >>> 24 === CONTINUE_READING;
    return this.isEnabled && this.isQuad && isWithoutInstruction && this.flash.isContinuous && !this.isSelectedByHand;
  }

  mapMemory() {
    Object.assign(this.rp2040, this.isMemory ? this.memory : NO_MEMORY);
  }
}

/** The same kinds of object, for speed; whatever is read of them is out of bounds. */
const NO_MEMORY = {
  flash: new Uint8Array(0),
  flash16: new Uint16Array(0),
  flashView: new DataView(new ArrayBuffer(0)),
};

const SELECT_CONTROL = 0x0c;
const OUTPUT_LOW = 2;

/** The flash's pins, of which programs only touch the select line: its output can be forced low. */
export class FlashPins extends BasePeripheral {
  constructor(chip, ssi) {
    super(chip, "IO_QSPI");
    this.ssi = ssi;
    this.registers = {};
  }

  readUint32(offset) {
    return this.registers[offset] ?? 0;
  }

  writeUint32(offset, value) {
    this.registers[offset] = value;
    if (offset === SELECT_CONTROL) {
      this.ssi.select(((value >>> 8) & 3) === OUTPUT_LOW);
    }
  }
}
