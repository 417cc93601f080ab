import type { Outbox, Participant } from '../../../rooms/index.js';
import type { GivenConfig } from '../../../src/config.js';
import type { ServeOptions } from '../../../src/service.js';
import { WhipGateway } from '../../../dialects/whip/gateway.js';
import { defectsLog } from '../../support/defects-log.js';
import type { FakeEndpoint, FakeMedia } from '../../support/fake-media.js';
import { ServiceStage } from '../../support/service-stage.js';
import { testKey, tokenWith } from '../../support/tokens.js';
import { until } from '../../support/until.js';

/** An offer with a section of each kind. */
export function offerOf(way: string, kinds: readonly string[] = ['audio', 'video']): string {
  const sections = kinds.flatMap((kind, mid) => [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    'a=ice-ufrag:theirs',
    'a=ice-pwd:0123456789012345678901',
    `a=${way}`,
  ]);
  const bundle = `a=group:BUNDLE ${kinds.map((_kind, mid) => mid).join(' ')}`;
  return ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', bundle, ...sections, ''].join('\r\n');
}

/** A token for room `r`. */
export function tokenOf(sub: string, grants: Readonly<Record<string, unknown>> = {}): string {
  return tokenWith({ sub, name: `${sub}'s`, video: { room: 'r', roomJoin: true, ...grants } });
}

export interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** This dialect on a media engine in memory, over real HTTP. */
export class WhipStage extends ServiceStage {
  readonly defects: unknown[];

  constructor(config: GivenConfig = {}, options: ServeOptions = {}, media?: FakeMedia) {
    const defects: unknown[] = [];
    super(
      { keys: testKey, auth: 'optional', ...config },
      { log: defectsLog((message, fields) => defects.push({ message, ...fields })), ...options },
      media,
    );
    this.defects = defects;
  }

  async ask(path: string, { method = 'POST', token, body, headers = {}, signal }: Asked = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      ...{ method, body: body ?? null, signal: signal ?? null },
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/sdp' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
  }

  /** Asks for a session. The media server finds a candidate for it, and no more. */
  async begin(path: string, asked: Asked = {}): Promise<Response> {
    const before = new Set(this.media.endpoints);
    const answer = this.ask(path, { body: offerOf(path.startsWith('/whip') ? 'sendonly' : 'recvonly'), ...asked });
    let endpoint: FakeEndpoint | undefined;
    await until('the media server has answered', () => {
      endpoint = [...this.media.endpoints].find((each) => !before.has(each) && each.answered !== undefined);
      return endpoint !== undefined;
    });
    for (const sdpMLineIndex of [0, 1]) {
      const candidate = 'candidate:1 1 UDP 1 192.0.2.1 9 typ host';
      endpoint?.listener.candidateFound({ candidate, sdpMid: String(sdpMLineIndex), sdpMLineIndex });
    }
    endpoint?.listener.candidatesDone?.();
    return answer;
  }

  /** The endpoint that was made last. */
  get endpoint(): FakeEndpoint {
    const endpoint = [...this.media.endpoints].at(-1);
    if (!endpoint) throw new Error('There is no endpoint');
    return endpoint;
  }

  get participants(): Participant[] {
    return [...(this.rooms.find('r')?.everybody ?? [])];
  }

  /** Somebody else in the room. */
  watch(outbox: Outbox = () => undefined): Promise<Participant> {
    const attributes = { displayName: 'Watcher', dialect: 'watchers', hearsPrivateTexts: false };
    return this.rooms.join('r', { id: 'watcher', attributes }, () => outbox);
  }

  /** What is left of all clients. */
  get remains(): Readonly<Record<string, number>> {
    return {
      rooms: this.rooms.names.length,
      sessions: this.dialect(WhipGateway).state.connections,
      clients: this.service.doors.connections,
      places: this.service.doors.gate.clientAddresses,
      allocated: this.media.allocated,
      releasedTwice: [...this.media.releases.values()].filter((times) => times !== 1).length,
    };
  }

  async empty(): Promise<void> {
    await until('nothing is left', () => Object.values(this.remains).every((count) => count === 0)).catch(
      (error: unknown) => {
        throw new Error(`left: ${JSON.stringify(this.remains)}`, { cause: error });
      },
    );
  }
}
