#!/usr/bin/env node
/**
 * Runs a program, as `exec node main.js` in package.json does on Windows. Elsewhere `exec` is built into the shell: the program takes
 * the place of the shell, so that a signal to npm reaches it.
 */
'use strict';

const { spawn } = require('node:child_process');

const [command = '', ...args] = process.argv.slice(2);
const program = command === 'node' ? process.execPath : command;
spawn(program, args, { stdio: 'inherit' })
  .on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  })
  .on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
// Ctrl-C reaches the program too, which ends in its own time.
process.on('SIGINT', () => undefined);
