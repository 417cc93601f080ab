import { mkdirSync, statSync } from 'node:fs';
import type { Log } from '../log.js';
import type { Recording } from '../events/recording.js';
import { checkFolder } from '../options/check-folder.js';
import { ConfigError } from '../options/config-error.js';
import { KeptRecordings } from '../recording/kept-recordings.js';
import type { Manifest } from '../recording/manifest.js';
import { filledUri } from '../recording/options.js';
import { S3PackagesMissing, S3Store, loadS3 } from '../recording/s3-store.js';
import type { S3Packages } from '../recording/s3-store.js';
import type { AuditEntry } from '../rooms/index.js';
import type { Config } from './config.js';

/** @throws ConfigError for what recordings need and is not there */
export async function checkRecordings(config: Config): Promise<void> {
  const { recordings, recordingsDir, mediaRecordingsDir } = config;
  if (recordingsDir === '') {
    if (config.recordingsStore === 's3') {
      throw new ConfigError(
        'RECORDINGS_STORE: set RECORDINGS_DIR too, where files are until they are in the object store',
      );
    }
    return;
  }
  if (config.recordingsStore === 's3') {
    checkObjectStore(config);
    await s3();
  }
  if (config.kmsUris.length > 0) return;
  if (recordings && mediaRecordingsDir !== '' && mediaRecordingsDir !== recordingsDir) {
    throw new ConfigError('MEDIA_RECORDINGS_DIR: leave it out; with RECORDINGS_DIR the embedded engines write there');
  }
  checkFolder('RECORDINGS_DIR', recordingsDir, 'write');
}

/**
 * What is kept of recordings. Undefined without RECORDINGS_DIR.
 * @throws ConfigError when the directory cannot be used
 */
export async function openRecordings(
  config: Config,
  log: Log,
  audit: (entry: AuditEntry) => void,
): Promise<KeptRecordings | undefined> {
  const { recordingsDir, kmsUris } = config;
  if (recordingsDir === '') return undefined;
  const areElsewhere = kmsUris.length > 0;
  if (areElsewhere && !isThere(recordingsDir)) {
    mkdirSync(recordingsDir, { recursive: true, mode: 0o700 });
    log.warn(
      'RECORDINGS_DIR was not there, and was made: unless it is the directory that the media servers write to, no recording can be downloaded',
      { directory: recordingsDir },
    );
  }
  checkFolder('RECORDINGS_DIR', recordingsDir, 'write');
  if (config.redisUrl !== '') {
    log.info('RECORDINGS_DIR must be one directory that all nodes share: each lists and serves what is in its own', {
      directory: recordingsDir,
    });
  }
  const uriOf = (recording: string, file: string): string =>
    areElsewhere ? filledUri(config.recordingsKmsUri, recording, file) : `${recording}/${file}`;
  const objects = config.recordingsStore === 's3' ? new S3Store(config, await s3()) : undefined;
  objects?.check().catch((error: unknown) => {
    log.warn('the object store cannot be used; recordings stay in RECORDINGS_DIR until it can', {
      bucket: config.recordingsS3Bucket,
      error,
    });
  });
  return KeptRecordings.open({ settings: config, uriOf, objects, audit, log });
}

/** For programs: one that was repaired. @param now in ms since 1970 */
export function repairedRecording(manifest: Manifest, now: number): Recording {
  const { id, name, room, state, endReason } = manifest;
  return {
    ...{ id, name, roomName: room.name, roomSid: room.sid, state },
    startedAt: Date.parse(manifest.startedAt),
    endedAt: now,
    files: manifest.files.filter(({ available }) => available),
    error: state === 'failed' ? endReason : undefined,
  };
}

/** @throws ConfigError */
async function s3(): Promise<S3Packages> {
  try {
    return await loadS3();
  } catch (error) {
    if (!(error instanceof S3PackagesMissing)) throw error;
    throw new ConfigError(`RECORDINGS_STORE: s3 needs packages that are not installed: ${error.message}`, {
      cause: error,
    });
  }
}

function checkObjectStore({ recordingsS3Bucket, recordingsS3AccessKey, recordingsS3SecretKey }: Config): void {
  if (recordingsS3Bucket === '') throw new ConfigError('RECORDINGS_S3_BUCKET: name the bucket; RECORDINGS_STORE is s3');
  if ((recordingsS3AccessKey === '') !== (recordingsS3SecretKey === '')) {
    throw new ConfigError('RECORDINGS_S3_ACCESS_KEY, RECORDINGS_S3_SECRET_KEY: give both, or none');
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
