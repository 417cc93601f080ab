import type { Socket } from 'socket.io';
import { lastOf } from '../../transport/last-of.js';
import { callerOf } from '../../transport/gate/caller.js';
import type { Dialect, DialectContext, DialectNeeds, DialectState } from '../dialect.js';
import { dialectName } from './application.js';
import { Applications } from './applications.js';
import type { Context } from './context.js';
import { Control } from './control.js';
import { filesOf } from './files.js';
import type { EasyRtcHooks } from './hooks.js';
import { Link } from './link.js';
import type { LinkNeeds } from './link.js';
import { pushText } from './push-text.js';
import { requestsOf } from './requests.js';
import type { EasyRtcSettings } from './options.js';

/** The settings of the server that this dialect uses. */
type ServerShare = Pick<DialectNeeds, 'iceServers'> & { readonly transport: LinkNeeds['limits'] };

const events: ReadonlySet<string> = new Set(['easyrtcAuth', 'easyrtcCmd', 'easyrtcMsg']);

/** The EasyRTC protocol over rooms. Pages written with its browser client work without changes. */
export class EasyRtcGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: EasyRtcSettings;
  readonly #server: ServerShare;
  readonly #hooks: EasyRtcHooks;
  readonly #links = new Set<Link>();
  /** The number of clients of each address, counted only when there is a limit. */
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

  /** How many applications have clients. */
  get applications(): number {
    return this.#context?.applications.size ?? 0;
  }

  /** How many participants of other protocols are known: none while no client is in a room with them. */
  get outsiders(): number {
    let count = 0;
    for (const { outsiders } of this.#context?.applications ?? []) count += outsiders.size;
    return count;
  }

  /** For the embedding program. @throws Error before `attach` */
  get control(): Control {
    if (!this.#context) throw new Error('The gateway is not attached yet');
    return new Control(this.#context);
  }

  attach({ rooms, names, roomList, doors, socketIo, pathPrefix, log, now }: DialectContext): void {
    const settings = this.#settings;
    const context: Context = {
      applications: new Applications({ rooms, names, roomList, now, settings }),
      requests: requestsOf(settings),
      settings,
      hooks: this.#hooks,
      iceServers: this.#server.iceServers,
      now,
    };
    this.#context = context;
    const onUndelivered = (): void => {
      this.#undelivered += 1;
    };
    const needs: LinkNeeds = {
      context,
      client: { settings, log, now, onUndelivered },
      textOf: lastOf(pushText),
      limits: this.#server.transport,
      log,
    };
    socketIo.register({
      name: this.name,
      maxPacketBytes: settings.maxPacketBytes,
      claims: (event) => events.has(event),
      accept: (socket) => {
        this.#accept(socket, needs);
      },
    });
    const path = `${pathPrefix}/easyrtc`;
    if (settings.files !== '') doors.mount(path, filesOf(path, settings.files));
  }

  close(): void {
    for (const link of [...this.#links]) link.end('SERVER_SHUTDOWN');
  }

  #accept(socket: Socket, needs: LinkNeeds): void {
    const { address } = callerOf(socket.request);
    const count = (this.#byAddress.get(address) ?? 0) + 1;
    const link = new Link(socket, needs, () => {
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
