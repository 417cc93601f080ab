import { MediaProcess } from '../../src/media-process.js';
import { engineProgram } from './programs.js';

// Servers of `npm test` run from source, but their engines are compiled. scripts/test.mjs loads this file before the tests.
MediaProcess.program = engineProgram;
