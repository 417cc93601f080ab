import type { Dialect, DialectContext, DialectState } from '../dialect.js';
import { OvSessions } from './model/ov-sessions.js';
import type { OpenviduSettings } from './options.js';
import { startCollector } from './collector.js';

export const dialectName = 'openvidu';

/** Serves pages of openvidu-browser and back ends of OpenVidu 2. */
export class OpenviduGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: OpenviduSettings;
  #sessions: OvSessions | undefined;
  #stopCollecting: () => void = () => undefined;

  constructor(settings: OpenviduSettings) {
    this.#settings = settings;
  }

  get state(): DialectState {
    return { connections: 0 };
  }

  attach({ rooms, names, now }: DialectContext): void {
    const { maxSessions, maxPendingConnections, streamsForcedVideoCodec, streamsAllowTranscoding } = this.#settings;
    const sessions = new OvSessions({
      ...{ rooms, names, now, maxSessions, maxPendingConnections },
      dialect: dialectName,
      defaults: { forcedVideoCodec: streamsForcedVideoCodec, allowTranscoding: streamsAllowTranscoding },
    });
    this.#sessions = sessions;
    this.#stopCollecting = startCollector(sessions, this.#settings);
  }

  close(): void {
    this.#stopCollecting();
    this.#sessions?.stop();
  }
}
