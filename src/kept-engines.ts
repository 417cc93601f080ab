import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { processMark } from '../process-mark.js';
import { writeSecretFile } from './secret-file.js';

const keptEngine = z.object({
  name: z.string(),
  /** With its secret, as the password. */
  url: z.url(),
  process: processMark,
  flags: z.array(z.string()),
});
export type KeptEngine = z.infer<typeof keptEngine>;

/**
 * The file by which one process of the server leaves its engines to the next one: which of them run, and how they are reached. It holds
 * their secrets, so nobody else may read it. It is there as long as an engine is.
 */
export class KeptEngines {
  readonly #path: string;
  readonly #engines: Map<string, KeptEngine>;

  /** Reads what a former process has left. A file that makes no sense counts as none. @throws what the system says when it cannot be read */
  constructor(path: string) {
    this.#path = path;
    this.#engines = new Map(read(path).map((engine) => [engine.name, engine]));
  }

  get all(): readonly KeptEngine[] {
    return [...this.#engines.values()];
  }

  /** @throws what the system says when it cannot be written */
  add(engine: KeptEngine): void {
    this.#engines.set(engine.name, engine);
    this.#write();
  }

  /** As `add`. */
  remove(name: string): void {
    if (this.#engines.delete(name)) this.#write();
  }

  #write(): void {
    if (this.#engines.size === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    writeSecretFile(this.#path, JSON.stringify(this.all));
  }
}

function read(path: string): KeptEngine[] {
  try {
    return z.array(keptEngine).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return [];
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
