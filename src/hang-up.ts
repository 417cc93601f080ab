import { closeSync, openSync } from 'node:fs';

/**
 * SIGHUP asks a server to reload its configuration. It also comes when the terminal is closed in which the server runs; the server ends
 * then. On Windows it always means that, and is none of this one's.
 */
export class HangUp {
  readonly #inTerminal = process.stdin.isTTY;
  #reload: () => void = () => undefined;
  #stop: () => void = () => undefined;

  /** From now on the signal does not end the process. One that comes before `listen` has no effect: the files are being read. */
  constructor() {
    if (process.platform === 'win32') return;
    process.on('SIGHUP', () => {
      if (this.#inTerminal && !hasTerminal()) this.#stop();
      else this.#reload();
    });
  }

  listen(reload: () => void, stop: () => void): void {
    this.#reload = reload;
    this.#stop = stop;
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
