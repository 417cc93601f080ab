import { run } from '../../../src/cli/run.js';

/** How a command has ended. */
interface Ended {
  readonly code: number;
  /** What it has printed for programs. */
  readonly out: string;
  /** What it has printed for people. */
  readonly told: string;
}

/** Runs a command. @param words those of the command line, or all of it with blanks between them */
export async function atrium(words: string | readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  let out = '';
  let told = '';
  const code = await run(typeof words === 'string' ? words.split(' ').filter(Boolean) : words, {
    env,
    out: (text) => (out += text),
    tell: (text) => (told += text),
    now: Date.now,
  });
  return { code, out, told };
}
