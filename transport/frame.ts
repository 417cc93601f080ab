/** A WebSocket text message as it is on the wire: header and payload in one piece, final and unmasked (RFC 6455 §5.2). */
export type Frame = Buffer;

const finalText = 0x81;

/** The text of a frame that `textFrame` has made. */
export function textOf(frame: Frame): string {
  const [, length = 0] = frame;
  return frame.toString('utf8', length < 126 ? 2 : length === 126 ? 4 : 10);
}

/** The result can be sent to any number of connections. */
export function textFrame(text: string): Frame {
  const length = Buffer.byteLength(text);
  if (length < 126) {
    const frame = Buffer.allocUnsafe(2 + length);
    frame[0] = finalText;
    frame[1] = length;
    frame.write(text, 2);
    return frame;
  }
  if (length < 65_536) {
    const frame = Buffer.allocUnsafe(4 + length);
    frame[0] = finalText;
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
    frame.write(text, 4);
    return frame;
  }
  const frame = Buffer.allocUnsafe(10 + length);
  frame[0] = finalText;
  frame[1] = 127;
  frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, 10);
  return frame;
}
