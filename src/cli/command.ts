import { parseArgs } from 'node:util';

/** How a command ends. */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, notReachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command reads and writes. Tests have their own. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Standard output: the result alone, for programs. */
  readonly out: (text: string) => void;
  /** Standard error: what people read beside it. */
  readonly tell: (text: string) => void;
  /** The time in ms since 1970. */
  readonly now: () => number;
}

/** A flag of a command, by its name without dashes. */
export interface Flag {
  /** What its value is, as `NAME`. Undefined for a flag without one. */
  readonly value?: string;
  readonly meaning: string;
  /** Whether it may be given several times. */
  readonly isMany?: true;
  /** One letter, for `-o`. */
  readonly short?: string;
}
export type Flags = Readonly<Record<string, Flag>>;

/** One command of `atrium`. The table of all is in commands.ts. */
export interface Command {
  /** As `token create`. */
  readonly name: string;
  readonly summary: string;
  /** For its help. Undefined for a command that explains itself. */
  readonly flags?: Flags;
  /** Whether it takes the options of the server besides. */
  readonly takesOptions?: true;
  /** What it is about, where that is given without a flag. For its help. */
  readonly operand?: { readonly value: string; readonly meaning: string };
  /** @throws UsageError, ConfigError */
  readonly run: (args: readonly string[], surroundings: Surroundings) => ExitCode | Promise<ExitCode>;
}

/** The command cannot be understood. The message is one line for a person. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command has failed. The message is one line for a person. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** What was given for the flags of a command. */
export class GivenFlags {
  /** Undefined when nothing was given without a flag. */
  readonly operand: string | undefined;
  readonly #values: Readonly<Record<string, unknown>>;

  /** @param hasOperand whether one word may be given without a flag. @throws UsageError */
  constructor(flags: Flags, args: readonly string[], { hasOperand } = { hasOperand: false }) {
    const options = Object.fromEntries(
      Object.entries(flags).map(([name, { value, isMany, short }]) => {
        const type = value === undefined ? ('boolean' as const) : ('string' as const);
        return [name, { type, multiple: isMany ?? false, ...(short !== undefined && { short }) }];
      }),
    );
    try {
      const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: hasOperand });
      if (positionals.length > 1) throw new Error(`Unexpected argument '${positionals[1] ?? ''}'`);
      this.#values = values;
      [this.operand] = positionals;
    } catch (error) {
      throw new UsageError(oneLine((error as Error).message), { cause: error });
    }
  }

  isGiven(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Of a flag that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  }
}

/** What Node says of words that it cannot read, in a line. */
function oneLine(message: string): string {
  const [, flag] = /^Option '(?:-\w, )?(--[\w-]+).*argument is ambiguous/.exec(message) ?? [];
  if (flag !== undefined) return `${flag}: a value that begins with a dash is written as ${flag}=-x`;
  return message.split(/\.\s/)[0] ?? '';
}

/** For a command that takes the options of the server besides its own flags. @returns its flags, and the other words. @throws UsageError */
export function splitFlags(
  flags: Flags,
  args: readonly string[],
): { readonly given: GivenFlags; readonly rest: readonly string[] } {
  const own: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [, name = '', isWhole] = /^--([^=]+)(=)?/.exec(arg) ?? [];
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    const hasNext = flag?.value !== undefined && isWhole === undefined && at + 1 < args.length;
    (flag ? own : rest).push(...args.slice(at, at + (hasNext ? 2 : 1)));
    if (hasNext) at += 1;
  }
  return { given: new GivenFlags(flags, own), rest };
}
