import type { AnyMessage, Message, MessageType } from '@bufbuild/protobuf';
import { TwirpError } from './twirp-error.js';

/** A form in which messages come in and go out. */
export interface Codec {
  readonly contentType: string;
  /** @throws TwirpError `invalid_argument` */
  decode<M extends Message<M>>(type: MessageType<M>, body: Uint8Array): M;
  encode(message: AnyMessage): Uint8Array;
}

/** Members may have the names of the .proto file or those of JSON; unknown ones are ignored, as LiveKit's server does. */
const json: Codec = {
  contentType: 'application/json',
  decode: (type, body) =>
    decoded(() =>
      type.fromJsonString(new TextDecoder('utf-8', { fatal: true }).decode(body), { ignoreUnknownFields: true }),
    ),
  // What is empty is there too, as LiveKit's server has it.
  encode: (message) => new TextEncoder().encode(message.toJsonString({ emitDefaultValues: true })),
};

const protobuf: Codec = {
  contentType: 'application/protobuf',
  decode: (type, body) => decoded(() => type.fromBinary(body)),
  encode: (message) => message.toBinary(),
};

/** @throws TwirpError `bad_route` for another type, as Twirp has it */
export function codecFor(contentType: string | undefined): Codec {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  const codec = [json, protobuf].find((each) => each.contentType === type);
  if (codec) return codec;
  throw new TwirpError('bad_route', 'The body must be application/json or application/protobuf, by its Content-Type');
}

function decoded<M>(decode: () => M): M {
  try {
    return decode();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new TwirpError('invalid_argument', `The body is malformed: ${text}`);
  }
}
