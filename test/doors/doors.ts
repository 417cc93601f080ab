import { decodePayload, encodePayload } from '../../dialects/compeit/transport/payload.js';
import { PollingLine, WebSocketLine, ask } from './line.js';
import type { Line } from './line.js';
import { speeches } from './speeches.js';
import type { Speech } from './speeches.js';
import { patienceMs } from '../support/until.js';

/** A way into the server that keeps clients. */
export interface Door {
  readonly name: string;
  readonly speech: Speech;
  readonly transport: 'websocket' | 'polling';
  /** Whose WebSockets and polls they are. */
  readonly library: 'ours' | 'engine.io';
  /** The first request, which may be refused. */
  readonly first: { readonly path: string; readonly isUpgrade: boolean };
  /** The body of a request that is refused. */
  readonly refused: (reason: string) => string;
  open(url: string, headers?: Record<string, string>): Promise<Line>;
}

/** A client that is one of the people of a room. */
export class Visitor {
  readonly line: Line;
  readonly speech: Speech;
  readonly name: string;
  #taken = 0;
  readonly #wanting = new Set<() => void>();
  #number = 0;

  constructor(line: Line, speech: Speech, name: string) {
    this.line = line;
    this.speech = speech;
    this.name = name;
    line.onPacket = () => {
      this.#look();
    };
    void line.closed.then(() => {
      this.#look();
    });
  }

  /** The next number for a request. */
  get number(): number {
    this.#number += 1;
    return this.#number;
  }

  /** The next packet that fits; what comes before it is skipped. */
  next(fits: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(giveUp);
        this.#wanting.delete(look);
      };
      const giveUp = setTimeout(() => {
        end();
        const { received } = this.line;
        reject(
          new Error(`${this.name} got nothing like ${fits.source}, but ${received.slice(-5).join(' ').slice(-1_000)}`),
        );
      }, patienceMs).unref();
      const look = (): void => {
        const { received } = this.line;
        const at = received.findIndex((packet, index) => index >= this.#taken && fits.test(packet));
        if (at >= 0) {
          this.#taken = at + 1;
          end();
          resolve(received[at] ?? '');
        } else if (this.line.isClosed) {
          end();
          void this.line.closed.then((how) => {
            reject(
              new Error(
                `${this.name} was closed (${how}) before ${fits.source}; got ${received.slice(-3).join(' ').slice(-500)}`,
              ),
            );
          });
        }
      };
      this.#wanting.add(look);
      look();
    });
  }

  /** A harmless request and its answer. */
  async ask(): Promise<void> {
    this.line.send(this.speech.ask(this.number));
    await this.next(this.speech.answer);
  }

  #look(): void {
    for (const look of [...this.#wanting]) look();
  }
}

/** Opens the door and goes into the room. */
export async function enter(
  door: Door,
  url: string,
  { name, room = 'hall' }: { readonly name: string; readonly room?: string },
): Promise<Visitor> {
  const visitor = new Visitor(await door.open(url), door.speech, name);
  try {
    await door.speech.enter(visitor, room);
  } catch (error) {
    visitor.line.cut();
    throw error;
  }
  return visitor;
}

const text = (reason: string): string => `${reason}\n`;
const engineAnswer = (message: string): string => JSON.stringify({ code: 4, message });

function webSocketDoor(name: string, path: string, speech: Speech, protocols: readonly string[] = []): Door {
  return {
    name: `${name}, WebSocket`,
    speech,
    transport: 'websocket',
    library: 'ours',
    first: { path, isUpgrade: true },
    refused: text,
    open: (url, headers) => WebSocketLine.open(`${url}${path}`, protocols, () => undefined, headers),
  };
}

/** Engine.IO 3 counts the UTF-16 units of each packet; Engine.IO 4 puts a character between two. */
const separator = '\x1e';

function decodeEngine3(body: string): string[] {
  const packets: string[] = [];
  for (let at = 0; at < body.length;) {
    const colon = body.indexOf(':', at);
    const next = colon + 1 + Number(body.slice(at, colon));
    packets.push(body.slice(colon + 1, next));
    at = next;
  }
  return packets;
}

/** The server asks clients of Engine.IO 4. Those of Engine.IO 3 ask the server, at times they choose. */
const engineBeat = (packet: string): string | undefined => (packet === '2' ? '3' : undefined);
const beat3Ms = 200;

function beatOften(line: Line): void {
  const timer = setInterval(() => {
    if (line.keepsAlive && !line.isClosed) line.send('2');
  }, beat3Ms);
  void line.closed.then(() => {
    clearInterval(timer);
  });
}

function engineDoors(name: string, speechOf: (revision: 3 | 4) => Speech): Door[] {
  return ([4, 3] as const).flatMap((revision): Door[] => {
    const speech = speechOf(revision);
    const path = (transport: string): string => `/socket.io/?EIO=${revision}&transport=${transport}`;
    return [
      {
        name: `${name}, WebSocket, Engine.IO ${revision}`,
        speech,
        transport: 'websocket',
        library: 'engine.io',
        first: { path: path('websocket'), isUpgrade: true },
        refused: text,
        open: async (url, headers) => {
          const line = await WebSocketLine.open(url + path('websocket'), [], engineBeat, headers);
          if (revision === 3) beatOften(line);
          return line;
        },
      },
      {
        name: `${name}, polling, Engine.IO ${revision}`,
        speech,
        transport: 'polling',
        library: 'engine.io',
        first: { path: path('polling'), isUpgrade: false },
        refused: engineAnswer,
        open: async (url, headers) => {
          const { status, body } = await ask(url + path('polling'), headers);
          if (status !== 200) throw new Error(`${status} ${body}`);
          const decode = revision === 4 ? (each: string) => each.split(separator) : decodeEngine3;
          const [, sid = ''] = /"sid":"([^"]+)"/.exec(body) ?? [];
          const encode = (packets: readonly string[]): string =>
            revision === 4 ? packets.join(separator) : packets.map((each) => `${each.length}:${each}`).join('');
          const line = new PollingLine({
            pollUrl: `${url}${path('polling')}&sid=${sid}`,
            decode,
            encode,
            beat: engineBeat,
            isLast: (packet) => packet === '1',
            leaving: (address) => ask(address, {}, encode(['1'])),
          });
          if (revision === 3) beatOften(line);
          return line;
        },
      },
    ];
  });
}

const oldBeat = (packet: string): string | undefined => (packet === '2::' ? '2::' : undefined);

async function oldSession(url: string, headers: Record<string, string> = {}, name = ''): Promise<string> {
  const { status, body } = await ask(`${url}/socket.io/1/?name=${name}`, headers);
  if (status !== 200) throw new Error(`${status} ${body}`);
  return body.split(':')[0] ?? '';
}

const oldDoors: readonly Door[] = [
  {
    name: 'COMPEIT 0.9, WebSocket',
    speech: speeches.compeitOld,
    transport: 'websocket',
    library: 'ours',
    first: { path: '/socket.io/1/websocket/nobody', isUpgrade: true },
    refused: text,
    open: async (url, headers) =>
      WebSocketLine.open(`${url}/socket.io/1/websocket/${await oldSession(url, headers)}`, [], oldBeat, headers),
  },
  {
    name: 'COMPEIT 0.9, polling',
    speech: speeches.compeitOld,
    transport: 'polling',
    library: 'ours',
    first: { path: '/socket.io/1/', isUpgrade: false },
    refused: (reason) => reason,
    open: async (url, headers) =>
      new PollingLine({
        pollUrl: `${url}/socket.io/1/xhr-polling/${await oldSession(url, headers)}`,
        decode: (body) => decodePayload(body) ?? [],
        encode: encodePayload,
        beat: oldBeat,
        isLast: (packet) => packet === '0::' || packet === '7:::1+0',
        leaving: (address) => ask(`${address}?disconnect`),
      }),
  },
];

/** Of a stage whose back end has `openViduSecret`. Without a secret it is closed. */
export const openViduDoor = webSocketDoor('OpenVidu', '/openvidu', speeches.openvidu);

/** Every door that keeps clients and is open by default, by every transport. */
export const doors: readonly Door[] = [
  webSocketDoor('room', '/room', speeches.room),
  webSocketDoor('Concierge', '/concierge', speeches.concierge, ['ert-concierge']),
  ...engineDoors('EasyRTC', (revision) => (revision === 4 ? speeches.easyrtc4 : speeches.easyrtc3)),
  ...engineDoors('Orchestrator', () => speeches.orchestrator),
  ...engineDoors('newer COMPEIT', () => speeches.compeitNew),
  ...oldDoors,
];
