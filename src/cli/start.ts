import { exitCodes } from './command.js';
import type { Command } from './command.js';

export const start: Command = {
  name: 'start',
  summary: 'starts the server; `atrium start --help` lists its options',
  run: async (args) => {
    // The program reads its own arguments, at its start and at each reload.
    process.argv.splice(2, process.argv.length, ...args);
    await import('../main.js');
    // It has set its own when it could not start.
    return process.exitCode === undefined ? exitCodes.done : exitCodes.failed;
  },
};
