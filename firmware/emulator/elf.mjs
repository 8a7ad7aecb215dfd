// Reads a 32-bit little-endian ELF: its load segments, by physical address as a flash programmer does, and the
// names of its functions.

const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const STT_FUNC = 2;
const SYMBOL_BYTES = 16;
const HEADER_BYTES = 52;

/** The segments that are stored on the device: [{ address, bytes }]. Throws an Error that says what is wrong. */
export function loadSegments(file) {
  checkKind(file);
  const tableOffset = file.readUInt32LE(28);
  const entryBytes = file.readUInt16LE(42);
  const count = file.readUInt16LE(44);
  if (tableOffset + entryBytes * count > file.length) {
    throw new Error("the program headers lie beyond the end of the file");
  }
  const headers = Array.from({ length: count }, (_, idx) =>
    readHeader(file, tableOffset + idx * entryBytes),
  );
  return headers
    .filter((it) => it.type === PT_LOAD && it.fileBytes > 0)
    .map(({ offset, address, fileBytes }) => {
      if (offset + fileBytes > file.length) {
        throw new Error(`the segment at 0x${address.toString(16)} lies beyond the end of the file`);
      }
      return { address, bytes: file.subarray(offset, offset + fileBytes) };
    });
}

/** The names of all functions, mangled. */
export function functionNames(file) {
  return symbols(file)
    .filter((it) => it.type === STT_FUNC)
    .map((it) => it.name);
}

/** All symbols: [{ name, value, type }]. */
export function symbols(file) {
  checkKind(file);
  const sections = readSections(file);
  return sections
    .filter((it) => it.type === SHT_SYMTAB)
    .flatMap(({ offset, sizeBytes, link }) => {
      const strings = sections[link].offset;
      return Array.from({ length: sizeBytes / SYMBOL_BYTES }, (_, idx) => offset + idx * SYMBOL_BYTES).map((at) => ({
        name: textAt(file, strings + file.readUInt32LE(at)),
        value: file.readUInt32LE(at + 4),
        type: file[at + 12] & 0xf,
      }));
    });
}

/** Bytes of a section; 0 where there is none of that name. */
export function sectionBytes(file, name) {
  checkKind(file);
  const sections = readSections(file);
  const names = sections[file.readUInt16LE(50)].offset;
  return sections.find((it) => textAt(file, names + it.name) === name)?.sizeBytes ?? 0;
}

function checkKind(file) {
  if (file.length < HEADER_BYTES || file.readUInt32BE(0) !== 0x7f454c46) {
    throw new Error("not an ELF file");
  }
  if (file[4] !== 1 || file[5] !== 1) {
    throw new Error("not a 32-bit little-endian ELF file");
  }
}

function readSections(file) {
  const tableOffset = file.readUInt32LE(32);
  const entryBytes = file.readUInt16LE(46);
  return Array.from({ length: file.readUInt16LE(48) }, (_, idx) => {
    const at = tableOffset + idx * entryBytes;
    return {
      name: file.readUInt32LE(at),
      type: file.readUInt32LE(at + 4),
      offset: file.readUInt32LE(at + 16),
      sizeBytes: file.readUInt32LE(at + 20),
      link: file.readUInt32LE(at + 24),
    };
  });
}

function textAt(file, at) {
  return file.subarray(at, file.indexOf(0, at)).toString();
}

function readHeader(file, at) {
  return {
    type: file.readUInt32LE(at),
    offset: file.readUInt32LE(at + 4),
    address: file.readUInt32LE(at + 12),
    fileBytes: file.readUInt32LE(at + 16),
  };
}
