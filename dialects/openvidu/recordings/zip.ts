import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

/** A file of an archive. */
export interface ZippedFile {
  readonly name: string;
  readonly size: number;
  readonly read: () => Promise<AsyncIterable<Buffer>>;
}

const mostBytes = 0xffff_ffff;
const headerBytes = 30;
const descriptorBytes = 16;
const entryBytes = 46;
const endBytes = 22;
/** Names in UTF-8; checksum and sizes follow the file. */
const flags = 0x0808;
const version = 20;

/** The length of the archive. Undefined: too long for this form, which ends at 4 GB. */
export function zipLength(files: readonly ZippedFile[]): number | undefined {
  const length = files.reduce((sum, { name, size }) => {
    return sum + headerBytes + descriptorBytes + entryBytes + 2 * Buffer.byteLength(name) + size;
  }, endBytes);
  return length > mostBytes || files.length > 0xffff ? undefined : length;
}

/** The files as they are, one after the other (APPNOTE.TXT of PKWARE). Nothing is packed: video does not get smaller. */
export function zipOf(files: readonly ZippedFile[]): Readable {
  return Readable.from(piecesOf(files), { objectMode: false });
}

async function* piecesOf(files: readonly ZippedFile[]): AsyncGenerator<Buffer> {
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, size, read } of files) {
    const path = Buffer.from(name);
    const at = offset;
    yield headerOf(path);
    let sum = 0;
    let bytes = 0;
    for await (const piece of await read()) {
      sum = crc32(piece, sum);
      bytes += piece.length;
      yield piece;
    }
    if (bytes !== size) throw new Error(`A file gave ${bytes} bytes in place of ${size}`);
    yield descriptorOf(sum, size);
    entries.push(entryOf(path, sum, size, at));
    offset += headerBytes + path.length + size + descriptorBytes;
  }
  yield* entries;
  const directory = entries.reduce((total, { length }) => total + length, 0);
  yield endOf(entries.length, directory, offset);
}

function headerOf(path: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(flags, 6);
  // The first day there is: when a file was made is told beside.
  header.writeUInt16LE(0x21, 12);
  header.writeUInt16LE(path.length, 26);
  return Buffer.concat([header, path]);
}

function descriptorOf(sum: number, size: number): Buffer {
  const descriptor = Buffer.alloc(descriptorBytes);
  descriptor.writeUInt32LE(0x0807_4b50, 0);
  descriptor.writeUInt32LE(sum, 4);
  descriptor.writeUInt32LE(size, 8);
  descriptor.writeUInt32LE(size, 12);
  return descriptor;
}

function entryOf(path: Buffer, sum: number, size: number, offset: number): Buffer {
  const entry = Buffer.alloc(entryBytes);
  entry.writeUInt32LE(0x0201_4b50, 0);
  entry.writeUInt16LE(version, 4);
  entry.writeUInt16LE(version, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(0x21, 14);
  entry.writeUInt32LE(sum, 16);
  entry.writeUInt32LE(size, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(path.length, 28);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, path]);
}

function endOf(count: number, directory: number, offset: number): Buffer {
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
