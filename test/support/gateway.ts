import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configOf } from '../../src/config.js';
import type { Config } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { serve } from '../../src/serve.js';
import type { ServeOptions, Service } from '../../src/service.js';
import type { PassingOptions } from '../../transport/tunnel/tunnel.js';
import type { OtherNode, WorldOwner, WorldOwners } from '../../transport/tunnel/world-owners.js';
import { FakeMedia } from './fake-media.js';

export const clusterSecret = 'a secret of nodes, for tests alone';

/** The node that serves the clients of all worlds, in the hands of a test. */
export class GivenOwner implements WorldOwners {
  owner: WorldOwner | Promise<WorldOwner>;
  /** The owner once a node did not answer, or was not the one. Undefined: the same as before. */
  next: WorldOwner | Promise<WorldOwner>;
  /** The nodes that did not answer, or were not the one. */
  readonly mistakes: string[] = [];

  constructor(owner: WorldOwner | Promise<WorldOwner> = 'here') {
    this.owner = owner;
  }

  ownerOf(): WorldOwner | Promise<WorldOwner> {
    return this.owner;
  }

  mistaken(_world: string, node: string): void {
    this.mistakes.push(node);
    this.owner = this.next ?? this.owner;
  }
}

/** How a node passes clients on. */
export function passing(nodeId: string, worlds: WorldOwners, given: Partial<PassingOptions> = {}): PassingOptions {
  return { nodeId, worlds, secret: clusterSecret, now: Date.now, log: createLog('error', 'text'), ...given };
}

/** A node that serves no world: it passes clients on. */
export class Gateway {
  readonly worlds: GivenOwner;
  readonly service: Service;

  private constructor(worlds: GivenOwner, service: Service) {
    this.worlds = worlds;
    this.service = service;
  }

  /** @param config its port and its folders are its own */
  static async start(
    owner: WorldOwner,
    config = configOf(),
    options: ServeOptions = {},
    given: Partial<PassingOptions> = {},
  ): Promise<Gateway> {
    const worlds = new GivenOwner(owner);
    const concierge = { ...config.concierge, filesDir: join(tmpdir(), 'atrium-gateway') };
    const own: Config = { ...config, port: 0, host: '127.0.0.1', adminPort: 0, concierge };
    const service = await serve(own, new FakeMedia(), {
      log: createLog('error', 'text'),
      ...options,
      passing: passing('the gateway', worlds, given),
    });
    // Rooms have a way of their own to their node. Here it is the same, so that clients of all protocols meet at one node.
    service.doors.open('/room', () => undefined, { world: 'rooms' });
    return new Gateway(worlds, service);
  }

  /** As http://127.0.0.1:port, without the slash at the end. */
  get origin(): string {
    return new URL(this.service.url).origin;
  }

  async stop(): Promise<void> {
    await this.service.stop();
  }
}

/** The node that such a server is to others. */
export function nodeAt(node: string, url: string): OtherNode {
  return { node, url: new URL(url).origin };
}
