// Checks whether a log of LevelDB (its write-ahead log or its MANIFEST) is complete: blocks of 32 KiB, each a sequence of records with a masked
// CRC-32C, a length and a type (https://github.com/google/leveldb/blob/main/doc/log_format.md). LevelDB itself drops invalid records silently.
const blockBytes = 32_768;
const headerBytes = 7;

/** An empty log is complete, and so is one that ends in zeros, because a file may be enlarged before it is written. */
export function isWholeLog(log: Buffer): boolean {
  for (let at = 0; at < log.length; ) {
    const left = blockBytes - (at % blockBytes);
    if (left < headerBytes) {
      at += left;
      continue;
    }
    if (log.length - at < headerBytes) return isZero(log.subarray(at));
    const length = log.readUInt16LE(at + 4);
    const type = log[at + 6] ?? 0;
    if (type === 0 && length === 0) return isZero(log.subarray(at));
    const end = at + headerBytes + length;
    if (type > 4 || length > left - headerBytes || end > log.length) return false;
    if (unmasked(log.readUInt32LE(at)) !== crc32c(log.subarray(at + 6, end))) return false;
    at = end;
  }
  return true;
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

function unmasked(crc: number): number {
  const rotated = (crc - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

/** Castagnoli's CRC, as in RFC 3720. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)) >>> 0;
  return (crc ^ 0xffffffff) >>> 0;
}
