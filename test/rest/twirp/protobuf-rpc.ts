import * as protocol from '@livekit/protocol';
import type { JsonValue, MessageType } from '@bufbuild/protobuf';
import { ServerError } from 'livekit-server-sdk';

const types = protocol as unknown as Readonly<Record<string, MessageType>>;

/** The messages whose names do not follow from that of their method. */
const names: Readonly<Record<string, readonly [request: string, answer: string]>> = {
  CreateRoom: ['CreateRoomRequest', 'Room'],
  GetParticipant: ['RoomParticipantIdentity', 'ParticipantInfo'],
  RemoveParticipant: ['RoomParticipantIdentity', 'RemoveParticipantResponse'],
  MutePublishedTrack: ['MuteRoomTrackRequest', 'MuteRoomTrackResponse'],
  UpdateParticipant: ['UpdateParticipantRequest', 'ParticipantInfo'],
  UpdateRoomMetadata: ['UpdateRoomMetadataRequest', 'Room'],
};

/** Stands in for the transport of LiveKit's SDK for Node.js: it speaks as those for Go and Python do, which send protobuf alone. */
export class ProtobufRpc {
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  async request(service: string, method: string, data: JsonValue, headers: Record<string, string>): Promise<JsonValue> {
    const [request, answer] = names[method] ?? [`${method}Request`, `${method}Response`];
    const response = await fetch(new URL(`/twirp/livekit.${service}/${method}`, this.#host), {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/protobuf' },
      body: typed(request).fromJson(data).toBinary() as Uint8Array<ArrayBuffer>,
    });
    if (response.headers.get('content-type') === 'application/json') {
      const { code, msg } = (await response.json()) as { code: string; msg: string };
      throw new ServerError(response.statusText, msg, response.status, code);
    }
    return typed(answer)
      .fromBinary(new Uint8Array(await response.arrayBuffer()))
      .toJson();
  }
}

function typed(name: string): MessageType {
  const type = types[name];
  if (!type) throw new Error(`LiveKit has no message ${name}`);
  return type;
}
