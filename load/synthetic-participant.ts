import { z } from 'zod';
import type { RequestParams } from '../dialects/kurento-room/types.js';
import type { ParticipantPlan } from './messages.js';
import type { ParticipantFigures } from './participant-figures.js';
import { PublishedMedia } from './published-media.js';
import { ReceivedStream } from './received-stream.js';
import { Failed, RoomClient } from './room-client.js';
import { SyntheticConnection } from './synthetic-connection.js';
import type { Kind, Section } from './synthetic-connection.js';

export interface ParticipantSurroundings {
  /** Of the room protocol, as ws://host:port/room. */
  readonly url: string;
  /** Of a picture. */
  readonly kbps: number;
  /** In how many sizes a picture is sent. */
  readonly layers: number;
  readonly bindAddress?: string | undefined;
  /** It does not send the sizes of its picture that nobody wants. Default: it sends all. */
  readonly heedsWishes?: boolean | undefined;
  /** Of all participants of the process. */
  readonly figures: ParticipantFigures;
}

const published = z.object({ id: z.string(), streams: z.array(z.object({ id: z.string() })).optional() });
const joined = z.object({ value: z.array(published) });
const answered = z.object({ sdpAnswer: z.string() });
const wanted = z.object({ layers: z.array(z.boolean()) });
const found = z.object({ endpointName: z.string(), candidate: z.string(), sdpMid: z.string() });
const nothing = z.looseObject({});

/** How long a connection of media may take, in ms. */
const mediaPatienceMs = 30_000;

/** What it wants of what it receives of somebody. */
export type Wish = Omit<RequestParams<'setSubscription'>, 'sender'>;

/** One client of the load: in a room over the room protocol, with sound and pictures that nobody could hear or see. */
export class SyntheticParticipant {
  readonly #plan: ParticipantPlan;
  readonly #surroundings: ParticipantSurroundings;
  /** By the name of the publisher. */
  readonly #connections = new Map<string, SyntheticConnection>();
  /** Of media servers that are faster than their answer, by the name of the publisher. */
  readonly #early = new Map<string, { readonly candidate: string; readonly sdpMid: string }[]>();
  #client: RoomClient | undefined;
  #media: PublishedMedia | undefined;
  #hasLeft = false;

  constructor(plan: ParticipantPlan, surroundings: ParticipantSurroundings) {
    this.#plan = plan;
    this.#surroundings = surroundings;
  }

  /** Resolves when it is in the room, and is connected if it publishes. Rejects with `Failed`. */
  async join(): Promise<void> {
    const { url, figures, heedsWishes = false } = this.#surroundings;
    const { user, room, token, publishes } = this.#plan;
    const began = performance.now();
    const client = await RoomClient.connect(url);
    if (this.#hasLeft) client.close();
    this.#client = client;
    client.onNotification = (method, params) => {
      this.#hear(method, params);
    };
    const { value } = await client.request(
      'joinRoom',
      { ...(token === undefined ? { user } : { token }), room, ...(heedsWishes && { features: ['quality'] }) },
      joined,
    );
    figures.join.add(performance.now() - began);
    if (publishes.length > 0) await this.#publish(client, publishes);
    if (this.#receives) for (const other of value) if (other.streams?.length) this.#receive(client, other.id);
    client.onLost = (reason) => {
      if (!this.#hasLeft) figures.failed(reason);
    };
  }

  /** Says what it wants of what it receives of that publisher. Rejects with `Failed`. */
  async want(publisher: string, wish: Wish): Promise<void> {
    await this.#client?.request('setSubscription', { sender: publisher, ...wish }, nothing);
  }

  /** Resolves when the server knows it, or does not answer. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    this.#media?.close();
    const client = this.#client;
    if (client) {
      await client.request('leaveRoom', {}, nothing).catch(() => undefined);
      client.close();
    }
    for (const connection of this.#connections.values()) connection.close();
  }

  get #receives(): boolean {
    const { publishes, receives = publishes.length === 0 } = this.#plan;
    return receives;
  }

  #hear(method: string, params: object): void {
    if (method === 'iceCandidate') this.#hearCandidate(found.parse(params));
    if (method === 'layersWanted' && this.#media) this.#media.layersWanted = wanted.parse(params).layers;
    if (method !== 'participantPublished' || !this.#receives || !this.#client) return;
    this.#receive(this.#client, published.parse(params).id);
  }

  #hearCandidate({ endpointName, ...candidate }: z.output<typeof found>): void {
    const early = this.#early.get(endpointName);
    if (early) early.push(candidate);
    else this.#connections.get(endpointName)?.addCandidate(candidate.candidate, candidate.sdpMid);
  }

  async #publish(client: RoomClient, kinds: readonly Kind[]): Promise<void> {
    const { kbps, layers, figures } = this.#surroundings;
    const sections = kinds.map((kind): Section => ({
      kind,
      direction: 'sendonly',
      ...(kind === 'video' && { layers }),
    }));
    await this.#connect(client, this.#plan.user, sections, {
      negotiate: (sdpOffer) => client.request('publishVideo', { sdpOffer }, answered),
      begun: (connection) => {
        this.#media = new PublishedMedia({ connection, kinds, kbps, layers });
        figures.published.push(this.#media);
      },
      heardControl: (packet) => {
        this.#media?.hearControl(packet);
      },
    });
  }

  #receive(client: RoomClient, publisher: string): void {
    const { figures } = this.#surroundings;
    if (this.#connections.has(publisher)) return;
    figures.subscriptions += 1;
    const began = performance.now();
    const streams = new Map<Kind, ReceivedStream>();
    const heard = (kind: Kind, packet: Buffer): void => {
      const now = performance.now();
      let stream = streams.get(kind);
      if (!stream) {
        if (streams.size === 0) figures.firstPacket.add(now - began);
        stream = new ReceivedStream(figures.delay);
        streams.set(kind, stream);
        figures.streams.push(stream);
      }
      stream.hear(packet, now);
    };
    const sections = (['audio', 'video'] as const).map((kind): Section => ({ kind, direction: 'recvonly' }));
    this.#connect(client, publisher, sections, {
      negotiate: (sdpOffer) => client.request('receiveVideoFrom', { sender: publisher, sdpOffer }, answered),
      heard,
    }).catch((error: unknown) => {
      if (!this.#hasLeft) figures.failed(error instanceof Failed ? error.message : String(error));
    });
  }

  /** Resolves when the connection is there. Rejects with `Failed`. */
  async #connect(
    client: RoomClient,
    publisher: string,
    sections: readonly Section[],
    how: {
      readonly negotiate: (sdpOffer: string) => Promise<z.output<typeof answered>>;
      readonly begun?: (connection: SyntheticConnection) => void;
      readonly heard?: (kind: Kind, packet: Buffer) => void;
      readonly heardControl?: (packet: Buffer) => void;
    },
  ): Promise<void> {
    const { figures, bindAddress } = this.#surroundings;
    const connected = new Promise<void>((resolve, reject) => {
      const giveUp = setTimeout(() => {
        reject(new Failed('media: no connection'));
      }, mediaPatienceMs);
      const connection = new SyntheticConnection({
        name: `${this.#plan.user} ${publisher}`,
        sections,
        bindAddress,
        onCandidate: (candidate, sdpMid) => {
          const told = { endpointName: publisher, candidate: candidate.replace(/^a=/, ''), sdpMid };
          void client.request('onIceCandidate', told, nothing).catch(() => undefined);
        },
        onState: (state) => {
          if (state === 'connected') resolve();
          if (state === 'failed') reject(new Failed('media: no connection'));
          if (state === 'connected' || state === 'failed') clearTimeout(giveUp);
        },
        ...(how.heard && { onRtp: how.heard }),
        onRtcp: (_kind, packet) => how.heardControl?.(packet),
        onFailure: (error) => {
          figures.failed(`media: ${String(error)}`);
        },
      });
      this.#connections.set(publisher, connection);
    });
    connected.catch(() => undefined);
    const connection = this.#connections.get(publisher);
    if (!connection) return connected;
    this.#early.set(publisher, []);
    const { sdpAnswer } = await how.negotiate(connection.offer);
    if (this.#hasLeft) return;
    connection.accept(sdpAnswer);
    for (const { candidate, sdpMid } of this.#early.get(publisher) ?? []) connection.addCandidate(candidate, sdpMid);
    this.#early.delete(publisher);
    await connected;
    how.begun?.(connection);
  }
}
