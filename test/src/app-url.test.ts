import { expect } from 'chai';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { startMedia } from '../../src/media.js';
import { RecordingLog } from '../support/recording-log.js';

describe('APP_URL', () => {
  const warned = async (given: GivenConfig): Promise<boolean> => {
    const log = new RecordingLog();
    const media = await startMedia(configOf(given), log);
    await media.stop();
    return log.has('warn', 'APP_URL is empty');
  };

  it('is missed at the start when a media server is on another machine, and only then', async () => {
    expect(await warned({ kmsUris: ['ws://127.0.0.1:1/kurento', 'ws://kms.invalid:8888/kurento'] })).to.be.true;
    expect(await warned({ kmsUris: ['ws://kms.invalid:8888/kurento'], appUrl: 'http://atrium:8080' })).to.be.false;
    expect(await warned({ kmsUris: ['ws://localhost:1/kurento', 'ws://[::1]:1/kurento'] })).to.be.false;
  });
});
