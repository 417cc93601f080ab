import { createHash } from 'node:crypto';
import type { Config } from './config.js';
import { sharedSections } from './option-list.js';

/** Of what all nodes have in common, so that nodes notice when they have not. */
export function digestOf(config: Config): string {
  const values = sharedSections.flatMap(({ options }) =>
    options.map(({ variable, group, key }) => {
      const owner: unknown = group === undefined ? config : Reflect.get(config, group);
      return [variable, typeof owner === 'object' && owner !== null ? (Reflect.get(owner, key) as unknown) : undefined];
    }),
  );
  return createHash('sha256')
    .update(JSON.stringify([...values, config.kmsUris]))
    .digest('base64url')
    .slice(0, 22);
}
