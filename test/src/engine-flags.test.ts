import { expect } from 'chai';
import { parseOptions } from '../../media/embedded/options.js';
import { configOf } from '../../src/config.js';
import { engineFlags } from '../../src/engine-flags.js';

describe('an embedded engine', () => {
  const started = (given: Parameters<typeof configOf>[0]) => parseOptions(engineFlags(configOf(given)));

  it('records where the server keeps recordings, and asks for keyframes as that says', () => {
    const { recordingsDir, recordingKeyframeS, recordingsOverwrite } = started({
      recordingsDir: '/var/lib/atrium/recordings',
      recordingKeyframeS: 2.5,
    });
    expect([recordingsDir, recordingKeyframeS, recordingsOverwrite]).to.deep.equal([
      '/var/lib/atrium/recordings',
      2.5,
      false,
    ]);
  });

  it('records nowhere when nothing says where, or recordings are off', () => {
    expect(started({}).recordingsDir).to.equal(undefined);
    expect(started({ recordingsDir: '/somewhere', recordings: false }).recordingsDir).to.equal(undefined);
    expect(started({ mediaRecordingsDir: '/elsewhere' }).recordingsDir).to.equal('/elsewhere');
  });
});
