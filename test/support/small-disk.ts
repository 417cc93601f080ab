import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real file system of a few kB, in memory: on it the disk is full soon. */
export class SmallDisk {
  readonly path: string;
  readonly #run: (...command: [string, ...string[]]) => void;

  private constructor(path: string, run: (...command: [string, ...string[]]) => void) {
    this.path = path;
    this.#run = run;
  }

  /** @returns undefined where nobody may mount: not on Linux, or neither as root nor with sudo */
  static mount(bytes: number): SmallDisk | undefined {
    const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
    const options = `size=${bytes},mode=777`;
    for (const before of [[], ['sudo', '-n']]) {
      const run = (...command: [string, ...string[]]): void => {
        const [program = '', ...args] = [...before, ...command];
        execFileSync(program, args, { stdio: 'ignore' });
      };
      try {
        run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path);
        return new SmallDisk(path, run);
      } catch {
        // The next way is tried.
      }
    }
    rmdirSync(path);
    return undefined;
  }

  readOnly(): void {
    this.#run('mount', '-o', 'remount,ro', this.path);
  }

  unmount(): void {
    // Lazily: a process that has just ended may still be in it.
    this.#run('umount', '-l', this.path);
    rmdirSync(this.path);
  }
}
