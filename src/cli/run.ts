import { ConfigError } from '../../options/config-error.js';
import { nearName } from '../../options/near-name.js';
import { version } from '../../options/help.js';
import { CommandError, UsageError, exitCodes } from './command.js';
import type { Command, ExitCode, Surroundings } from './command.js';
import { commands } from './commands.js';

/** Runs what the command line asks for. Never rejects. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { out, tell } = surroundings;
  const [first] = args;
  if (first === undefined || /^(help|--help|-h)$/.test(first)) {
    (first === undefined ? tell : out)(help());
    return first === undefined ? exitCodes.wrongUsage : exitCodes.done;
  }
  if (/^(--version|-v)$/.test(first)) {
    out(`${version()}\n`);
    return exitCodes.done;
  }
  const command = commands.find(({ name }) => args.slice(0, name.split(' ').length).join(' ') === name);
  if (!command) {
    tell(`${unknown(args)}\n`);
    return exitCodes.wrongUsage;
  }
  const rest = args.slice(command.name.split(' ').length);
  if (command.flags && rest.some((arg) => /^(--help|-h)$/.test(arg))) {
    out(helpOf(command));
    return exitCodes.done;
  }
  try {
    return await command.run(rest, surroundings);
  } catch (error) {
    if (error instanceof UsageError) {
      tell(`${error.message}; see \`atrium ${command.name} --help\`\n`);
      return exitCodes.wrongUsage;
    }
    if (error instanceof CommandError) {
      tell(`${error.message}\n`);
      return error.exitCode;
    }
    tell(`${error instanceof ConfigError ? error.message : String((error as Error).stack)}\n`);
    return exitCodes.failed;
  }
}

function unknown(args: readonly string[]): string {
  const given = args
    .slice(0, 2)
    .filter((word) => !word.startsWith('-'))
    .join(' ');
  const ofGroup = commands.filter(({ name }) => name.startsWith(`${given} `)).map(({ name }) => name);
  if (ofGroup.length > 0) return `${given} is the beginning of several commands: ${ofGroup.join(', ')}`;
  const near = nearName(
    given,
    commands.map(({ name }) => name),
  );
  return `There is no command "${given}"${near === undefined ? '' : `, did you mean ${near}?`}; \`atrium help\` lists all`;
}

function help(): string {
  const widest = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  atrium ${name.padEnd(widest)}  ${summary}\n`);
  const ends = 'It ends with 0 when done, 1 when failed, 2 for a wrong command, 3 when the server cannot be reached.\n';
  return `Atrium ${version()}: a conference room server\n\n${lines.join('')}\n${ends}`;
}

function helpOf({ name, summary, operand, flags = {}, takesOptions }: Command): string {
  const about = operand ? `  ${operand.value}\n      ${operand.meaning}\n` : '';
  const told = Object.entries(flags).map(([flag, { value, meaning, isMany, short }]) => {
    const again = isMany ? ' May be given several times.' : '';
    const letter = short === undefined ? '' : `-${short}, `;
    return `  ${letter}--${flag}${value === undefined ? '' : ` ${value}`}\n      ${meaning}${again}\n`;
  });
  const more = takesOptions ? '  and all options of the server: `atrium start --help`\n' : '';
  return `atrium ${name}: ${summary}\n\n${about}${told.join('')}${more}`;
}
