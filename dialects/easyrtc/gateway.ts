import type { Socket } from 'socket.io';
import { lastOf } from '../../transport/last-of.js';
import type { Dialect, DialectState, DialectContext } from '../dialect.js';
import { dialectName } from './application.js';
import { Applications } from './applications.js';
import type { Context, ServerShare } from './context.js';
import { Control } from './control.js';
import { filesOf } from './files.js';
import type { EasyRtcHooks } from './hooks.js';
import { Link } from './link.js';
import { pushText } from './push-text.js';
import { requestsOf } from './requests.js';
import type { EasyRtcSettings } from './options.js';

const events: ReadonlySet<string> = new Set(['easyrtcAuth', 'easyrtcCmd', 'easyrtcMsg']);

/** The EasyRTC protocol over the rooms: pages written with its browser client connect here and nothing in them changes. */
export class EasyRtcGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: EasyRtcSettings;
  readonly #server: ServerShare;
  readonly #hooks: EasyRtcHooks;
  readonly #links = new Set<Link>();
  /** Clients of each address, where there is a limit. */
  readonly #byAddress = new Map<string, number>();
  #context: Context | undefined;
  #undelivered = 0;

  constructor(settings: EasyRtcSettings, server: ServerShare, hooks: EasyRtcHooks = {}) {
    this.#settings = settings;
    this.#server = server;
    this.#hooks = hooks;
  }

  get state(): DialectState {
    return { connections: this.#links.size, undelivered: this.#undelivered };
  }

  /** Applications that have clients. */
  get applications(): number {
    return this.#context?.applications.size ?? 0;
  }

  /** What the embedding program may tell clients. @throws Error before `attach` */
  get control(): Control {
    if (!this.#context) throw new Error('The gateway is not attached yet');
    return new Control(this.#context);
  }

  attach({ rooms, names, doors, socketIo, pathPrefix, log, now }: DialectContext): void {
    const shared = {
      rooms,
      names,
      now,
      log,
      settings: this.#settings,
      requests: requestsOf(this.#settings),
      server: this.#server,
      hooks: this.#hooks,
      textOf: lastOf(pushText),
      undelivered: () => {
        this.#undelivered += 1;
      },
    };
    // The applications need the context, of which they are a part.
    const context: Context = Object.defineProperty(shared, 'applications', {
      get: () => applications,
    }) as typeof shared & { applications: Applications };
    const applications = new Applications(context);
    this.#context = context;
    socketIo.register({
      name: this.name,
      maxPacketBytes: this.#settings.maxPacketBytes,
      claims: (event) => events.has(event),
      accept: (socket) => {
        this.#accept(socket, context);
      },
    });
    const { files } = this.#settings;
    const path = `${pathPrefix}/easyrtc`;
    if (files !== '') doors.mount(path, filesOf(path, files));
  }

  close(): void {
    for (const link of [...this.#links]) link.end('SERVER_SHUTDOWN');
  }

  #accept(socket: Socket, context: Context): void {
    const { address } = socket.handshake;
    const count = (this.#byAddress.get(address) ?? 0) + 1;
    const link = new Link(socket, context, () => {
      this.#links.delete(link);
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    });
    this.#links.add(link);
    this.#byAddress.set(address, count);
    const { maxConnectionsPerAddress } = this.#settings;
    if (maxConnectionsPerAddress > 0 && count > maxConnectionsPerAddress) link.end('LOGIN_NO_SOCKETS');
  }
}
