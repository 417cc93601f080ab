import type { Agent } from '../../../dialects/compeit/agent.js';
import { agentsOf } from '../../../dialects/compeit/agents/agents.js';
import { CompeitGateway } from '../../../dialects/compeit/gateway.js';
import { configOf } from '../../../src/config.js';
import type { GivenConfig } from '../../../src/config.js';
import { defectsLog } from '../../support/defects-log.js';
import { ServiceStage } from '../../support/service-stage.js';
import { until } from '../../support/until.js';
import type { Page } from './page.js';

const turnsToTry = 200;

export interface StageOptions {
  /** Besides those there are. */
  readonly agents?: readonly Agent[];
  /** Of newer clients. */
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
  /** The server's clock. */
  readonly now?: () => number;
}

/** This dialect and the room protocol from the socket to the domain, on a media engine in memory. */
export class CompeitStage extends ServiceStage {
  /** What the server took for a defect of its own. */
  readonly defects: unknown[];

  constructor(options: GivenConfig = {}, { agents = [], heartbeat, now }: StageOptions = {}) {
    const defects: unknown[] = [];
    const { compeit: settings, ...transport } = configOf(options);
    super(options, {
      log: defectsLog((message, fields) => defects.push({ message, ...fields })),
      dialects: [new CompeitGateway(settings, transport, [...agentsOf(settings), ...agents])],
      ...(heartbeat && { socketIoHeartbeat: heartbeat }),
      ...(now && { now }),
    });
    this.defects = defects;
  }

  get gateway(): CompeitGateway {
    return this.dialect(CompeitGateway);
  }

  /** As http://host:port, once it is started. */
  get url(): string {
    return this.origin;
  }

  /** @returns the address */
  override async start(): Promise<string> {
    await super.start();
    return this.url;
  }

  /** What is left of all clients that were here. */
  get remains(): object {
    return {
      rooms: this.rooms.names.length,
      users: this.gateway.state.connections,
      sessions: this.gateway.sessions,
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
