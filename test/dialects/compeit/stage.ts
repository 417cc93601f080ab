import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agent } from '../../../dialects/compeit/agent.js';
import { agentsOf } from '../../../dialects/compeit/agents/agents.js';
import { CompeitGateway } from '../../../dialects/compeit/gateway.js';
import { sharedNames } from '../../../dialects/room-names.js';
import { Rooms } from '../../../rooms/rooms.js';
import { compeitSettings } from '../../../src/compeit-settings.js';
import { configOf } from '../../../src/config.js';
import type { Config } from '../../../src/config.js';
import { createLog } from '../../../src/log.js';
import { customRequestOf } from '../../../dialects/kurento-room/custom-request.js';
import { RoomGateway } from '../../../dialects/kurento-room/gateway.js';
import { Doors } from '../../../transport/doors.js';
import type { Mount } from '../../../transport/doors.js';
import { SocketIoDoor } from '../../../transport/socket-io/door.js';
import { FakeMedia } from '../../support/fake-media.js';
import { until } from '../../support/until.js';
import type { Page } from './page.js';

const turnsToTry = 200;

export interface StageOptions {
  /** Besides those there are. */
  readonly agents?: readonly Agent[];
  /** Of newer clients. */
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
}

/** Shows what was mounted last: the old transport, which has its path for itself. */
class WatchedDoors extends Doors {
  last: Mount | undefined;

  override mount(prefix: string, mount: Mount): void {
    this.last = mount;
    super.mount(prefix, mount);
  }
}

/** This dialect and the room protocol from the socket to the domain, on a media engine in memory. */
export class CompeitStage {
  readonly media = new FakeMedia();
  readonly rooms: Rooms;
  readonly gateway: CompeitGateway;
  /** What the dialect took for a defect of its own. */
  readonly defects: unknown[] = [];
  readonly #neighbour: RoomGateway;
  readonly #http = createServer();
  readonly #doors: WatchedDoors;

  constructor(options: Partial<Config> = {}, { agents = [], heartbeat }: StageOptions = {}) {
    const config = configOf(options);
    const creators = new RegExp(`^(?:${config.roomCreators})$`, 'iu');
    this.rooms = new Rooms(this.media, { mayOpen: (_room, name) => creators.test(name) });
    this.#doors = new WatchedDoors(this.#http, {
      maxTextLength: config.maxMessageLength,
      maxQueuedBytes: config.maxQueuedBytes,
      allowedOrigins: config.allowedOrigins,
      maxConnections: config.maxConnections,
      otherwise: (_request, response) => response.end('something else'),
      onRefused: () => undefined,
    });
    const path = config.socketIoPath;
    const socketIo = new SocketIoDoor({
      path,
      maxPacketBytes: config.maxPacketBytes,
      allowedOrigins: config.allowedOrigins,
      hasPlace: () => this.#doors.hasPlace,
      ...(heartbeat && { heartbeat }),
    });
    this.#doors.mount(path, socketIo);
    const log = {
      ...{ warn: ignore, info: ignore, debug: ignore },
      error: (message: string, fields?: object) => this.defects.push({ message, ...fields }),
    };
    const filters = { ...config, imagesUrl: () => '', markerImages: [] };
    const hatPlacement = { offsetX: 0, offsetY: 0, width: 1, height: 1 };
    this.#neighbour = new RoomGateway(
      createLog('error', 'text'),
      config,
      customRequestOf({ ...filters, hatPlacement }),
    );
    const settings = compeitSettings(config);
    this.gateway = new CompeitGateway(settings, [...agentsOf(settings.kurento), ...agents]);
    const surroundings = { rooms: this.rooms, names: sharedNames, doors: this.#doors, socketIo, pathPrefix: '' };
    this.#neighbour.attach(surroundings);
    this.gateway.attach({ ...surroundings, log, now: Date.now });
  }

  /** As http://host:port, once it is started. */
  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** @returns the address */
  async start(): Promise<string> {
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
    return this.url;
  }

  /** What is left of all who were here. */
  get remains(): object {
    return {
      rooms: this.rooms.names.length,
      users: this.gateway.state.connections,
      sessions: this.#doors.last?.connections ?? 0,
      allocated: this.media.allocated,
      releasedTwice: [...this.media.releases.values()].filter((times) => times !== 1).length,
      defects: this.defects,
    };
  }

  async nothingRemains(): Promise<void> {
    const nothing = JSON.stringify({ rooms: 0, users: 0, sessions: 0, allocated: 0, releasedTwice: 0, defects: [] });
    // Mostly it takes a few turns of the event loop, and a pause is long beside them.
    for (let turn = 0; turn < turnsToTry; turn += 1) {
      if (JSON.stringify(this.remains) === nothing) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    try {
      await until('nothing is left', () => JSON.stringify(this.remains) === nothing);
    } catch (error) {
      throw new Error(`left: ${JSON.stringify(this.remains)}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    this.rooms.close('the test is over');
    this.gateway.close();
    this.#neighbour.close();
    await this.#doors.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

function ignore(): void {
  // Only defects matter here.
}

/** A stage for the tests of one `describe`; after each the pages are cut, and nothing may remain. */
export function useStage(...options: ConstructorParameters<typeof CompeitStage>): {
  readonly stage: CompeitStage;
  readonly pages: Page[];
} {
  const stage = new CompeitStage(...options);
  const pages: Page[] = [];
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    for (const page of pages.splice(0)) page.cut();
    await stage.nothingRemains();
  });
  return { stage, pages };
}
