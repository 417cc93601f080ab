#!/usr/bin/env node
import { goOnWithoutReader } from '../../log.js';
import { exitCodes } from './command.js';
import { run } from './run.js';

goOnWithoutReader();
const code = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  tell: (text) => process.stderr.write(text),
  now: Date.now,
});
// A server that was started goes on, and sets its own.
if (code !== exitCodes.done) process.exitCode = code;
