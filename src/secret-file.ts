import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that nobody else may read. Afterwards it is whole, or as it was before, also when the disk is full or the process dies.
 * @throws what the system says
 */
export function writeSecretFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  // Whatever has that name is not opened: it may be readable for others, or a link.
  rmSync(temporary, { force: true });
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
