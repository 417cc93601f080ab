import { changedGrants, noGrants, roles, sources } from '../rooms/index.js';
import type { Grants, Role, Source } from '../rooms/index.js';

type Flag = Exclude<keyof Grants, 'canPublishSources'>;

const flags = Object.keys(noGrants).filter((name): name is Flag => name !== 'canPublishSources');

/**
 * Grants as operators write them: a role, names of grants, or both: `SUBSCRIBER`, `roomJoin,canSubscribe`,
 * `PUBLISHER,canUpdateOwnMetadata=false`, `PUBLISHER,canPublishSources=camera+microphone`. Later ones count more.
 * @returns undefined for a text that is none of these. An empty one means no grants
 */
export function readGrants(text: string): Grants | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '').reduce<Grants | undefined>(laidOver, noGrants);
}

/** The shortest text for grants, as `PUBLISHER` or `roomJoin,canSubscribe`. */
export function grantsText(grants: Grants): string {
  const role = roleNames.find((name) => flags.every((flag) => roles[name][flag] === grants[flag]));
  const given = role ? [role] : flags.filter((flag) => grants[flag]);
  const only = grants.canPublishSources.length > 0 ? [`canPublishSources=${grants.canPublishSources.join('+')}`] : [];
  return [...given, ...only].join(',') || 'none';
}

const roleNames = Object.keys(roles) as readonly Role[];

function laidOver(grants: Grants | undefined, item: string): Grants | undefined {
  const [, name = '', value = 'true'] = /^(\w+)(?:=(.*))?$/.exec(item) ?? [];
  const role = roleNames.find((each) => each === item.toUpperCase());
  if (!grants || role) return grants && role && roles[role];
  if (name === 'canPublishSources') {
    const given = value.split('+');
    const known = sources.filter((source: Source) => given.includes(source));
    return known.length === given.length ? changedGrants(grants, { canPublishSources: known }) : undefined;
  }
  const flag = flags.find((each) => each === name);
  return flag && /^(true|false)$/.test(value) ? changedGrants(grants, { [flag]: value === 'true' }) : undefined;
}
