import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { namesBut, sharedNames } from '../../dialects/room-names.js';
import { configOf } from '../../src/config.js';
import type { Config } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { customRequestOf } from '../../dialects/kurento-room/custom-request.js';
import type { FilterSettings } from '../../dialects/kurento-room/custom-request.js';
import { RoomGateway } from '../../dialects/kurento-room/gateway.js';
import type { Connection } from '../../transport/connection.js';
import { Doors } from '../../transport/doors.js';
import { Rooms } from '../../rooms/rooms.js';
import { FakeMedia } from './fake-media.js';

/**
 * The room protocol from the socket to the domain, on a media engine in memory: for tests that need thousands of
 * negotiations, or to hold one up at a certain step, which no real media server can do. The whole server is in server.ts.
 */
export class RoomStack {
  readonly media = new FakeMedia();
  readonly rooms: Rooms;
  readonly gateway: RoomGateway;
  readonly #http = createServer();
  readonly #doors: Doors;
  readonly #connections: Connection[] = [];

  constructor(options: Partial<Config> = {}) {
    const config = configOf(options);
    const creators = new RegExp(`^(?:${config.roomCreators})$`, 'iu');
    this.rooms = new Rooms(this.media, { mayOpen: (_room, id) => creators.test(id) });
    this.gateway = new RoomGateway(createLog('error', 'text'), config, customRequestOf(filters(config)));
    this.#doors = new Doors(this.#http, {
      maxTextLength: config.maxMessageLength,
      maxQueuedBytes: config.maxQueuedBytes,
      allowedOrigins: [],
      maxConnections: 0,
      onRefused: () => undefined,
      onSent: (connection, frame) => {
        this.sent.push({ connection: this.#connections.indexOf(connection), text: textIn(frame) });
      },
    });
    this.gateway.attach({
      rooms: this.rooms,
      names: config.bridge ? sharedNames : namesBut(['easyrtc']),
      pathPrefix: '',
      doors: {
        open: (path, accept) => {
          this.#doors.open(path, (connection) => {
            this.#connections.push(connection);
            accept(connection);
          });
        },
      },
    });
  }

  /** Each frame that was queued, in order over all connections, with the number of its connection. */
  readonly sent: { readonly connection: number; readonly text: string }[] = [];

  get openConnections(): number {
    return this.#connections.filter(({ open }) => open).length;
  }

  /** @returns the address as http://host:port/ */
  async start(): Promise<string> {
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  /** What is left of all who were here. */
  get remains(): { rooms: number; sessions: number; allocated: number; releasedTwice: number } {
    return {
      rooms: this.rooms.names.length,
      sessions: this.gateway.sessions,
      allocated: this.media.allocated,
      releasedTwice: [...this.media.releases.values()].filter((times) => times !== 1).length,
    };
  }

  async stop(): Promise<void> {
    this.rooms.close('the test is over');
    this.gateway.close();
    await this.#doors.close();
    this.#http.close();
  }
}

/** The payload of a text frame of the server: after two bytes and the long length, if there is one (RFC 6455 §5.2). */
function textIn(frame: Buffer): string {
  const short = frame.readUInt8(1);
  return frame.toString('utf8', short === 127 ? 10 : short === 126 ? 4 : 2);
}

function filters({ filterType }: Config): FilterSettings {
  return {
    filterType,
    imagesUrl: () => 'http://server.example/img/',
    hatImage: 'hat.png',
    hatPlacement: { offsetX: -0.35, offsetY: -1.2, width: 1.6, height: 1.6 },
    markerImages: [
      { index: 0, image: 'first.png' },
      { index: 3, image: 'http://elsewhere.example/second.png' },
    ],
  };
}

export const nothingRemains = { rooms: 0, sessions: 0, allocated: 0, releasedTwice: 0 };
