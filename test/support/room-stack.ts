import { RoomGateway } from '../../dialects/kurento-room/gateway.js';
import type { GivenConfig } from '../../src/config.js';
import type { ServeOptions } from '../../src/service.js';
import type { Connection } from '../../transport/connection.js';
import { ServiceStage } from './service-stage.js';

/** The room protocol from the socket to the domain, with the frames of its sockets. */
export class RoomStack extends ServiceStage {
  /** Every frame that was queued, in order over all connections, with the number of the connection. */
  readonly sent: { readonly connection: number; readonly text: string }[] = [];
  readonly #connections: Connection[];

  constructor(options: GivenConfig = {}, more: ServeOptions = {}) {
    const connections: Connection[] = [];
    super(
      {
        appUrl: 'http://server.example',
        ...options,
        kurentoRoom: { markerImages: ['0=first.png', '3=http://server.example/second.png'], ...options.kurentoRoom },
      },
      {
        ...more,
        observer: {
          opened: (connection) => connections.push(connection),
          // Clients cannot see the order between two sockets, so it is recorded when frames are queued.
          sent: (connection, frame) => {
            this.sent.push({ connection: connections.indexOf(connection), text: textIn(frame) });
          },
        },
      },
    );
    this.#connections = connections;
  }

  get openConnections(): number {
    return this.#connections.filter(({ open }) => open).length;
  }

  /** What is left of all clients. */
  get remains(): { rooms: number; sessions: number; allocated: number; releasedTwice: number } {
    return {
      rooms: this.rooms.names.length,
      sessions: this.dialect(RoomGateway).sessions,
      allocated: this.media.allocated,
      releasedTwice: [...this.media.releases.values()].filter((times) => times !== 1).length,
    };
  }
}

/** The payload of a text frame of the server: after two bytes and the long length, if there is one (RFC 6455 §5.2). */
function textIn(frame: Buffer): string {
  const short = frame.readUInt8(1);
  return frame.toString('utf8', short === 127 ? 10 : short === 126 ? 4 : 2);
}

export const nothingRemains = { rooms: 0, sessions: 0, allocated: 0, releasedTwice: 0 };
