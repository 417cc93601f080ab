import { compeit } from '../dialects/compeit/entry.js';
import { concierge } from '../dialects/concierge/entry.js';
import type { Dialect, DialectEntry, DialectNeeds } from '../dialects/dialect.js';
import { easyrtc } from '../dialects/easyrtc/entry.js';
import { kurentoRoom } from '../dialects/kurento-room/entry.js';
import { openvidu } from '../dialects/openvidu/entry.js';
import { orchestrator } from '../dialects/orchestrator/entry.js';
import { whip } from '../dialects/whip/entry.js';
import type { Group } from '../options/option.js';
import type { Config } from './config.js';

/** The protocols that are spoken, our own first. Their options, hooks and doors follow from this list. */
export const dialectEntries = [kurentoRoom, easyrtc, orchestrator, concierge, compeit, whip, openvidu] as const;

type Entries = (typeof dialectEntries)[number];
type HooksOf<E extends Entries> = E['create'] extends (settings: never, needs: never, hooks?: infer Hooks) => Dialect
  ? NonNullable<Hooks>
  : never;

/** Where a program that embeds the server takes part, protocol by protocol. */
export type Hooks = {
  readonly [E in Entries as [HooksOf<E>] extends [never] ? never : E['options']['name']]?: HooksOf<E>;
};

/** The dialects that are switched on. */
export function dialectsOf(
  config: Config,
  needs: Omit<DialectNeeds, 'transport' | 'sessions'>,
  hooks: Hooks = {},
): Dialect[] {
  const all = { ...needs, transport: config, sessions: config.kurentoRoom };
  return switchedOn(config).map(({ create, options: { name } }) => create(config[name], all, Reflect.get(hooks, name)));
}

/** The built-in dialects in their order, each replaced by the one of its name that was given; then the other ones given. */
export function withOthers(builtIn: readonly Dialect[], given: readonly Dialect[]): Dialect[] {
  const byName = new Map([...builtIn, ...given].map((dialect) => [dialect.name, dialect]));
  return [...byName.values()];
}

/** Whether what the options of the dialects name, such as folders, can be used. @throws ConfigError when not */
export function checkDialects(config: Config): void {
  for (const {
    check,
    options: { name },
  } of switchedOn(config))
    check?.(config[name]);
}

/** A protocol that is switched on, and whether its clients have to show something besides a token. */
export interface OpenDoor {
  readonly title: string;
  /** How an operator sets what its clients show. Undefined: they can show nothing but a token. */
  readonly setBy: string | undefined;
  readonly isAsked: boolean;
}

export function doorsOf(config: Config, hooks: Hooks = {}): OpenDoor[] {
  return switchedOn(config).map(({ title, options: { name }, secret }) => ({
    title,
    setBy: secret?.setBy,
    isAsked: secret?.isAsked(config[name], Reflect.get(hooks, name)) ?? false,
  }));
}

type AnyEntry = DialectEntry<Group<Entries['options']['name']>, unknown>;

function switchedOn(config: Config): AnyEntry[] {
  // TypeScript cannot relate an entry to its settings through a union; both have the same name.
  const entries = dialectEntries as unknown as readonly AnyEntry[];
  return entries.filter(({ options: { name }, isOn }) => {
    const settings = config[name];
    return isOn?.(settings) ?? (!('enabled' in settings) || settings.enabled);
  });
}
