import { ConciergeGateway } from '../../dialects/concierge/gateway.js';
import { CompeitGateway } from '../../dialects/compeit/gateway.js';
import { EasyRtcGateway } from '../../dialects/easyrtc/gateway.js';
import { RoomGateway } from '../../dialects/kurento-room/gateway.js';
import { WhipGateway } from '../../dialects/whip/gateway.js';
import { OrchestratorGateway } from '../../dialects/orchestrator/gateway.js';
import type { ParentLog } from '../../log.js';
import type { GivenConfig } from '../../src/config.js';
import type { ServeOptions } from '../../src/service.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import type { Visitor } from './doors.js';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The whole server, and what it logs. Nothing may be left of the visitors. */
export class DoorStage extends ServiceStage {
  readonly lines: LogLine[];
  readonly #visitors: Pick<Visitor, 'line'>[] = [];

  constructor(config: GivenConfig = {}, options: ServeOptions = {}) {
    const lines: LogLine[] = [];
    super({ ...config, kurentoRoom: { sessionGraceMs: 1, ...config.kurentoRoom } }, { log: logTo(lines), ...options });
    this.lines = lines;
  }

  /** Is cut off when the test is over. */
  keep<T extends Pick<Visitor, 'line'>>(visitor: T): T {
    this.#visitors.push(visitor);
    return visitor;
  }

  /** What is left of clients, in all. */
  get remains(): Readonly<Record<string, number>> {
    const { doors } = this.service;
    const { users, sessions, streams } = this.dialect(OrchestratorGateway).remains;
    const concierge = this.dialect(ConciergeGateway).remains;
    return {
      rooms: this.rooms.names.length,
      connections: doors.connections,
      places: this.clientPlaces,
      roomSessions: this.dialect(RoomGateway).sessions,
      conciergeSessions: concierge.sessions + concierge.identities + concierge.groups,
      easyrtc: this.dialect(EasyRtcGateway).state.connections + this.dialect(EasyRtcGateway).applications,
      orchestrator: users + sessions + streams + this.dialect(OrchestratorGateway).state.connections,
      compeit: this.dialect(CompeitGateway).state.connections + this.dialect(CompeitGateway).sessions,
      whip: this.dialect(WhipGateway).state.connections,
      media: this.media.allocated,
    };
  }

  private get clientPlaces(): number {
    return this.service.doors.gate.clientAddresses;
  }

  /** Clients that speak a protocol now. */
  get clients(): number {
    return this.service.dialects.reduce((sum, { state }) => sum + state.connections, 0);
  }

  /** Cuts the visitors off, and resolves when nothing is left of them. */
  async empty(): Promise<void> {
    for (const { line } of this.#visitors.splice(0)) line.cut();
    try {
      await until('nothing is left', () => Object.values(this.remains).every((count) => count === 0));
    } catch (error) {
      throw new Error(`left: ${JSON.stringify(this.remains)}`, { cause: error });
    }
  }
}

function logTo(lines: LogLine[]): ParentLog {
  const at =
    (level: string) =>
    (message: string, fields: object = {}) => {
      lines.push({ level, message, fields: { ...fields } });
    };
  const log: ParentLog = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: () => log,
  };
  return log;
}
