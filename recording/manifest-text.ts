import type { Manifest } from './manifest.js';

/** As it is in `manifest.json`: for people too. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 1)}\n`;
}
