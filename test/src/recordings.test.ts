import { expect } from 'chai';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../options/config-error.js';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { engineFlags } from '../../src/engine-flags.js';
import { checkRecordings, openRecordings } from '../../src/recordings.js';
import { Stage, fileOf, nobody, recordingOf } from '../recording/stage.js';

describe('recordings of a server', () => {
  let directory: string;
  let stage: Stage;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'atrium-server-recordings-'));
    stage = await Stage.begin();
  });
  afterEach(async () => {
    rmSync(directory, { recursive: true });
    await stage.leave();
  });

  async function faultOf(given: GivenConfig): Promise<string> {
    try {
      await checkRecordings(configOf(given));
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return '';
  }

  it('need what their options name, and say in one line what is wrong', async () => {
    const none = join(directory, 'none');
    const s3 = { recordingsDir: directory, recordingsStore: 's3' } as const;
    expect(await faultOf({ recordingsDir: directory })).to.equal('');
    expect(await faultOf({ recordingsDir: none })).to.match(/^RECORDINGS_DIR: .*none cannot be used/);
    expect(await faultOf({ recordingsDir: directory, mediaRecordingsDir: tmpdir() })).to.match(
      /^MEDIA_RECORDINGS_DIR: /,
    );
    expect(await faultOf({ recordingsStore: 's3' })).to.match(/^RECORDINGS_STORE: set RECORDINGS_DIR too/);
    expect(await faultOf(s3)).to.match(/^RECORDINGS_S3_BUCKET: /);
    const half = { ...s3, recordingsS3Bucket: 'calls', recordingsS3AccessKey: 'a' };
    expect(await faultOf(half)).to.match(/^RECORDINGS_S3_ACCESS_KEY, RECORDINGS_S3_SECRET_KEY: give both/);
  });

  it('take a template for Kurento media servers that names recording and file, and nothing else', () => {
    for (const template of ['file:///recordings/', 'file:///{recording}', '/{recording}/{file}/{room}', '{file}']) {
      expect(() => configOf({ recordingsKmsUri: template }), template).to.throw(ConfigError, 'must hold {recording}');
    }
  });

  async function uriOf(given: GivenConfig): Promise<string | undefined> {
    const config = configOf({ ...given, recordingsMinFreeMb: 0 });
    const kept = await openRecordings(config, stage.log, () => undefined);
    const folder = await kept?.begin(recordingOf(), nobody);
    const uri = folder?.addFile(fileOf('ana'))?.uri;
    await folder?.end('ready', 'stopped');
    await kept?.close();
    return uri;
  }

  it('are written below the directory of an embedded engine', async () => {
    expect(await uriOf({ recordingsDir: directory })).to.match(/^REC_\d+\/0001-camera\.webm$/);
  });

  it('are written where a Kurento media server has them; a directory that is not there is made, with a warning', async () => {
    const kms = { kmsUris: ['ws://kms:8888/kurento'], recordingsKmsUri: 'file:///mnt/{recording}-{file}' };
    const uri = await uriOf({ ...kms, recordingsDir: join(directory, 'calls') });
    expect(uri).to.match(/^file:\/\/\/mnt\/REC_\d+-0001-camera\.webm$/);
    expect(existsSync(join(directory, 'calls'))).to.equal(true);
    expect(stage.lines[0]?.message).to.match(/^RECORDINGS_DIR was not there/);
  });

  it('are where the embedded engines may write', () => {
    const flagsOf = (given: GivenConfig): string[] => engineFlags(configOf(given));
    expect(flagsOf({ recordingsDir: directory })).to.include.members(['--recordings-dir', directory]);
    expect(flagsOf({ recordingsDir: directory, recordings: false })).not.to.include('--recordings-dir');
  });
});
