/** How npm is started without a shell. Uses Node's own modules only, since it runs before `npm ci`. */
import { dirname, join } from 'node:path';

/**
 * On Windows `npm` is a script for its shell. So Node runs the program of npm: the one that started this process, or the one that came
 * with Node.
 * @returns the command, and its first arguments
 */
export function npmCommand(env = process.env, platform = process.platform) {
  const running = env.npm_execpath;
  // Another package manager, or npx, names its own program there.
  if (running !== undefined && /[\\/]npm-cli\.c?js$/.test(running)) return [process.execPath, running];
  if (platform !== 'win32') return ['npm'];
  return [process.execPath, join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')];
}
