import { accessSync, constants, statSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/** @throws ConfigError unless the path is a folder that the server may read, or write to */
export function checkFolder(option: string, path: string, use: 'read' | 'write'): void {
  const access = use === 'read' ? constants.R_OK : constants.W_OK;
  try {
    if (!statSync(path).isDirectory()) throw new Error('it is no directory');
    accessSync(path, access | constants.X_OK);
  } catch (error) {
    const may = use === 'read' ? 'read' : 'write to';
    throw new ConfigError(
      `${option}: ${path} cannot be used (${(error as Error).message}); name a directory that the server may ${may}`,
      { cause: error },
    );
  }
}
