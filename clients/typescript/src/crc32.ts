const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});
const UTF8 = new TextEncoder();

/** CRC-32 as in IEEE 802.3, zlib and PNG, of a text's UTF-8. */
export function crc32(text: string): number {
  let sum = 0xffffffff;
  for (const byte of UTF8.encode(text)) sum = TABLE[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  return ~sum >>> 0;
}
