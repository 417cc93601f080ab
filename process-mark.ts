import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { z } from 'zod';

/** A process, so that another one on the same machine can find out whether it still runs. */
export const processMark = z.object({
  /** The machine since its last start, and the set of processes that can see each other there. */
  place: z.string(),
  pid: z.int().positive(),
  /** A later process with the same id has another one. */
  started: z.string(),
});
export type ProcessMark = z.infer<typeof processMark>;

/** Undefined where the system does not tell: anywhere but on Linux. */
export function thisProcess(): ProcessMark | undefined {
  return markOf(process.pid);
}

/** Undefined when it does not run, or the system does not tell. */
export function markOf(pid: number): ProcessMark | undefined {
  const place = placeHere();
  const stat = statOf(pid);
  return place !== undefined && stat ? { place, pid, started: stat.started } : undefined;
}

/**
 * Undefined: the system cannot tell, because the process is elsewhere, or hidden. Or it is this process: it runs, but that says
 * nothing about what once ran in it.
 */
export function isRunning({ place, pid, started }: ProcessMark): boolean | undefined {
  if (place !== placeHere() || pid === process.pid) return undefined;
  const stat = statOf(pid);
  if (!stat) return isNoProcess(pid) ? false : undefined;
  return stat.started === started && !stat.ended;
}

function placeHere(): string | undefined {
  try {
    const facts = [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid')];
    return createHash('sha256').update(facts.join(' ')).digest('hex').slice(0, 32);
  } catch {
    return undefined;
  }
}

/** See proc_pid_stat(5). The name of the program, in brackets, may hold spaces and brackets. */
function statOf(pid: number): { readonly started: string; readonly ended: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const started = rest[18];
    return started === undefined ? undefined : { started, ended: /^[ZXx]$/.test(state) };
  } catch {
    return undefined;
  }
}

/** Processes of other users may be hidden in /proc, but not from signals. Signal 0 does nothing to a process. */
function isNoProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
