import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LivingServer } from './living-server.js';

const prefix = 'owned-by-';

/** No server: the next one that looks goes on. */
export const nobody = 'nobody';

/** The file by which the directory of a recording says which server is at work in it. */
export function ownerName(server: string): string {
  return `${prefix}${server}`;
}

/** Whether a server has something to do in it still, a dead one too. */
export async function isOwned(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => name.startsWith(prefix));
}

/**
 * Takes a recording over that no living server is at work in. Of several that try, one is let.
 * @param folder the directory of the recording
 */
export async function claim(folder: string, server: LivingServer): Promise<boolean> {
  const owner = (await readdir(folder)).find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const own = join(folder, ownerName(server.id));
  if (owner === undefined) {
    await writeFile(own, '', { mode: 0o600 });
    return true;
  }
  if (!(await server.isDead(owner))) return false;
  return rename(join(folder, ownerName(owner)), own).then(
    () => true,
    () => false,
  );
}
