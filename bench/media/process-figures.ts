import { readFileSync } from 'node:fs';

/** The kernel counts in ticks of 10 ms (getconf CLK_TCK) and in pages of 4096 bytes. */
const tickUs = 10_000;
const pageBytes = 4096;

/** The cost of a process with all its threads, seen from outside. */
export class ProcessFigures {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** User and system time of all its threads so far. */
  get cpuUs(): number {
    const fields = this.#proc('stat')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickUs;
  }

  get residentBytes(): number {
    return Number(this.#proc('statm').split(' ')[1]) * pageBytes;
  }

  #proc(file: string): string {
    return readFileSync(`/proc/${this.#pid}/${file}`, 'utf8');
  }
}
