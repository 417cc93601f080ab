import { KurentoEngine } from '../../../media/kurento/engine.js';
import { RecordingLog } from '../../support/recording-log.js';

/** A program that finds no media server at the URL it is given, and has nothing to do afterwards. */
const engine = new KurentoEngine({ url: process.argv[2] ?? '', lostAfterMs: 200, log: new RecordingLog() });
const connected = engine.connect().then(
  () => true,
  () => false,
);
process.exitCode = (await connected) ? 1 : 0;
await engine.close();
