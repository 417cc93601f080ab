import { once } from 'node:events';
import { MediaProcess } from '../../src/media-process.js';
import '../support/compiled-engine.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';
import { udpPorts } from '../support/udp-ports.js';

/** A program with a media process. It reports the URL. Its argument says what to do with the process; `keep` keeps it. */
const log = new RecordingLog();
const media = new MediaProcess({ name: 'media', flags: ['--udp-ports', udpPorts()], log });
process.send?.(await media.start());
if (process.argv[2] === 'stop while it is down') {
  if (media.pid !== undefined) process.kill(media.pid, 'SIGKILL');
  await until('the loss is noticed', () => log.has('error', 'it is started again'));
  await media.stop();
  process.disconnect();
} else {
  await once(process, 'disconnect');
}
