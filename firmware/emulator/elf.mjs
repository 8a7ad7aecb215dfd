// Reads the load segments of a 32-bit little-endian ELF, as a flash programmer does: by physical address.

const PT_LOAD = 1;
const HEADER_BYTES = 52;

/** The segments that are stored on the device: [{ address, bytes }]. Throws an Error that says what is wrong. */
export function loadSegments(file) {
  if (file.length < HEADER_BYTES || file.readUInt32BE(0) !== 0x7f454c46) {
    throw new Error("not an ELF file");
  }
  if (file[4] !== 1 || file[5] !== 1) {
    throw new Error("not a 32-bit little-endian ELF file");
  }
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

function readHeader(file, at) {
  return {
    type: file.readUInt32LE(at),
    offset: file.readUInt32LE(at + 4),
    address: file.readUInt32LE(at + 12),
    fileBytes: file.readUInt32LE(at + 16),
  };
}
