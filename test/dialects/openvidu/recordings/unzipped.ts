import { expect } from 'chai';
import { crc32 } from 'node:zlib';

/** The files of an archive, read by its directory as other programs do it; each checksum is looked at. */
export function unzipped(zip: Buffer): Map<string, Buffer> {
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).to.equal(0x0605_4b50);
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    expect(zip.readUInt32LE(at)).to.equal(0x0201_4b50);
    const [sum, size, nameLength] = [zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28)];
    const header = zip.readUInt32LE(at + 42);
    expect(zip.readUInt32LE(header)).to.equal(0x0403_4b50);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const content = zip.subarray(start, start + size);
    expect(crc32(content)).to.equal(sum);
    files.set(zip.toString('utf8', at + 46, at + 46 + nameLength), content);
    at += 46 + nameLength;
  }
  expect(at).to.equal(end);
  return files;
}
