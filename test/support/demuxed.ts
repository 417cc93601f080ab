/** Of an IVF file: a header of 32 bytes, then each frame after its length and time. */
export function framesIn(ivf: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = ivf.readUInt16LE(6); at < ivf.length;) {
    const end = at + 12 + ivf.readUInt32LE(at);
    frames.push(ivf.subarray(at + 12, end));
    at = end;
  }
  return frames;
}

/** Of an Ogg file (RFC 3533). The first packet is the head, the second one holds comments. */
export function packetsIn(ogg: Buffer): { readonly head: Buffer; readonly packets: readonly Buffer[] } {
  const packets: Buffer[] = [];
  let begun: Buffer[] = [];
  for (let at = 0; at < ogg.length;) {
    const sizes = [...ogg.subarray(at + 27, at + 27 + (ogg[at + 26] ?? 0))];
    at += 27 + sizes.length;
    for (const size of sizes) {
      begun.push(ogg.subarray(at, at + size));
      at += size;
      if (size === 255) continue;
      packets.push(Buffer.concat(begun));
      begun = [];
    }
  }
  const [head = Buffer.alloc(0), , ...rest] = packets;
  return { head, packets: rest };
}
