import { readSequence } from './av1-sequence.js';
import { defineCodec } from './codec.js';
import type { Frame, FrameAssembler } from './frame.js';
import { readLeb128, writeLeb128 } from './leb128.js';

/**
 * Forwarded as it comes, with all its layers, and with its dependency descriptor for those that take it: without it, browsers show nothing
 * of several spatial layers in one stream. What a packet begins is read from its payload.
 */
export const av1 = defineCodec({
  name: 'AV1',
  kind: 'video',
  clockRate: 90_000,
  offer: { payloadType: 106, repairType: 107, parameters: 'level-idx=5;profile=0;tier=0' },
  matroska: { id: 'V_AV1', inWebm: true },
  // Profile 0 has 4:2:0, 8 or 10 bits per sample. It is the default (AV1 RTP §7.2.1).
  accepts: (parameters) => !/(^|;\s*)profile=[1-9]/.test(parameters),
  startsKeyframe,
  descriptor: 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  assembler: () => new Av1Assembler(),
});

const unitTypes = { sequence: 1, delimiter: 2, frameHeader: 3, frame: 6, tileList: 8, padding: 15 };
/** Matroska has none of them (Matroska codec specifications, V_AV1). */
const leftOut: readonly number[] = [unitTypes.delimiter, unitTypes.tileList, unitTypes.padding];

/** AV1 RTP §4.4: N begins a sequence. Not every sender sets it, but the header of the sequence comes first then. */
function startsKeyframe(packet: Buffer, offset: number): boolean {
  const head = packet[offset] ?? 0;
  if ((head & 0x80) !== 0) return false;
  if ((head & 0x08) !== 0) return true;
  const [first] = elementsOf(packet.subarray(offset)) ?? [];
  return first !== undefined && typeOf(first) === unitTypes.sequence;
}

/** The units of a payload, or parts of them (AV1 RTP §4.4). Undefined when it cannot be read. */
function elementsOf(payload: Buffer): Buffer[] | undefined {
  const count = ((payload[0] ?? 0) >> 4) & 0x03;
  const elements: Buffer[] = [];
  for (let at = 1; at < payload.length;) {
    // With a count the last one has no length of its own.
    const isLast = elements.length === count - 1;
    const size = isLast ? { value: payload.length - at, end: at } : readLeb128(payload, at);
    if (!size || size.value === 0 || size.end + size.value > payload.length) return undefined;
    at = size.end + size.value;
    elements.push(payload.subarray(size.end, at));
  }
  return elements.length > 0 && (count === 0 || elements.length === count) ? elements : undefined;
}

/** Makes temporal units: all that has one timestamp, of whatever layer. Each unit in them gets its length. */
class Av1Assembler implements FrameAssembler {
  #units: Buffer[][] = [];
  #goesOn = false;

  add(payload: Buffer): boolean {
    const head = payload[0] ?? 0;
    const continues = (head & 0x80) !== 0;
    const elements = elementsOf(payload);
    if (!elements || continues !== this.#goesOn) return false;
    for (const [index, element] of elements.entries()) {
      if (index === 0 && continues) this.#units.at(-1)?.push(element);
      else this.#units.push([element]);
    }
    this.#goesOn = (head & 0x40) !== 0;
    return true;
  }

  finish(): Frame | undefined {
    const units = this.#units.map((parts) => readUnit(Buffer.concat(parts)));
    const isWhole = !this.#goesOn && units.every((unit) => unit !== undefined);
    this.reset();
    if (!isWhole) return undefined;
    const kept = units.filter((unit) => !leftOut.includes(unit.type));
    if (kept.length === 0) return undefined;
    const chunks = kept.flatMap(({ head, content }) => [head, content]);
    const sequence = kept.find(({ type }) => type === unitTypes.sequence);
    if (!sequence || !kept.some(beginsKeyPicture)) return { chunks, isKey: false };
    const { configuration, ...size } = readSequence(sequence.content);
    return {
      chunks,
      isKey: true,
      ...size,
      codecPrivate: Buffer.concat([configuration, sequence.head, sequence.content]),
    };
  }

  reset(): void {
    this.#units = [];
    this.#goesOn = false;
  }
}

interface Unit {
  readonly type: number;
  /** With the length of the content. */
  readonly head: Buffer;
  readonly content: Buffer;
}

/** Undefined when it is none (AV1 §5.3). */
function readUnit(bytes: Buffer): Unit | undefined {
  const [first = 0xff] = bytes;
  const headerSize = (first & 0x04) === 0 ? 1 : 2;
  if ((first & 0x80) !== 0 || bytes.length < headerSize) return undefined;
  // In RTP it rarely has a length.
  const own = (first & 0x02) === 0 ? undefined : readLeb128(bytes, headerSize);
  if ((first & 0x02) !== 0 && (!own || own.end + own.value > bytes.length)) return undefined;
  const content = own ? bytes.subarray(own.end, own.end + own.value) : bytes.subarray(headerSize);
  const extension = bytes.subarray(1, headerSize);
  return {
    type: typeOf(bytes),
    head: Buffer.from([first | 0x02, ...extension, ...writeLeb128(content.length)]),
    content,
  };
}

function typeOf(unit: Buffer): number {
  return ((unit[0] ?? 0) >> 3) & 0x0f;
}

/** AV1 §5.9.2: a frame that was not shown before, of type 0. */
function beginsKeyPicture({ type, content }: Unit): boolean {
  return (type === unitTypes.frame || type === unitTypes.frameHeader) && ((content[0] ?? 0xff) & 0xe0) === 0;
}
