import type { Socket } from 'socket.io';
import { lastOf } from '../../transport/last-of.js';
import { callerOf } from '../../transport/gate/caller.js';
import { Places } from '../../transport/gate/places.js';
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
type ServerShare = Pick<DialectNeeds, 'ice'> & { readonly transport: LinkNeeds['limits'] };

const events: ReadonlySet<string> = new Set(['easyrtcAuth', 'easyrtcCmd', 'easyrtcMsg']);

/** The EasyRTC protocol over rooms. Pages written with its browser client work without changes. */
export class EasyRtcGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: EasyRtcSettings;
  readonly #server: ServerShare;
  readonly #hooks: EasyRtcHooks;
  readonly #links = new Set<Link>();
  /** Of this dialect alone; the gate has those of all doors. */
  readonly #places: Places;
  #context: Context | undefined;
  #undelivered = 0;

  constructor(settings: EasyRtcSettings, server: ServerShare, hooks: EasyRtcHooks = {}) {
    this.#settings = settings;
    this.#places = new Places({ perAddress: settings.maxConnectionsPerAddress });
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

  attach(given: DialectContext): void {
    const { rooms, access, names, roomList, doors, socketIo, pathPrefix, log, now, elsewhere, figures } = given;
    const settings = this.#settings;
    const server = this.#server;
    if (settings.turnSecret !== '') {
      log.warn('EASYRTC_TURN_SECRET is for EasyRTC clients alone; TURN_SECRET is for the clients of every protocol');
    }
    const context: Context = {
      access,
      figures,
      applications: new Applications({ rooms, names, roomList, now, elsewhere, settings }),
      requests: requestsOf(settings),
      settings,
      hooks: this.#hooks,
      ice: server.ice.with(() => ({
        ...(settings.turnSecret !== '' && { turnSecret: settings.turnSecret }),
        ...(settings.turnSeconds !== 0 && { turnTtlS: settings.turnSeconds }),
      })),
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
    const place = this.#places.take(callerOf(socket.request).address);
    const link = new Link(socket, needs, () => {
      this.#links.delete(link);
      place?.leave();
    });
    this.#links.add(link);
    if (!place) link.end('LOGIN_NO_SOCKETS');
  }
}
