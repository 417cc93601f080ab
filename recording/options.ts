import { z } from 'zod';
import { count, flag, number, option } from '../options/option.js';
import type { Output, Table } from '../options/option.js';

/** A part of a template of URIs that is filled in. */
const filledIn = /\{(recording|file)\}/g;

/** Where recordings are kept, and how much of them. docs/recording.md explains them. */
export const recordingOptions = {
  recordingsDir: option(
    z.string(),
    '',
    'directory',
    'Where recordings are kept. The embedded engines write there too. Several servers may share one directory. Empty: nothing is recorded.',
  ),
  recordings: flag(
    true,
    'Whether recordings can be made. Those that are in recordingsDir stay, and are listed and served.',
  ),
  recordingsMinFreeMb: option(
    count.min(0),
    1_024,
    'MB',
    'How much must be free in recordingsDir. With less no recording begins, and those that run are stopped. 0: nothing is checked.',
    { reloads: true },
  ),
  recordingsMaxHours: option(
    number.min(0).max(8_760),
    4,
    'hours',
    'A recording is stopped when it is so long, without its pauses. 0: any length.',
    { reloads: true },
  ),
  recordingsMaxStreams: option(
    count.min(0),
    0,
    'streams',
    'How many streams one recording may write at a time. Further ones are not recorded. 0: any number.',
    { reloads: true },
  ),
  recordingsMaxAgeDays: option(
    number.min(0),
    0,
    'days',
    'Recordings that ended so long ago are deleted, in the object store too; looked at once an hour. 0: never.',
    { reloads: true },
  ),
  recordingsMaxGb: option(
    number.min(0),
    0,
    'GB',
    'When all recordings together are larger, the oldest are deleted, in the object store too; looked at once an hour. What waits to be uploaded is kept. 0: never.',
    { reloads: true },
  ),
  recordingsKmsUri: option(
    z.string().refine(isTemplate, 'must hold {recording} and {file}, as file:///recordings/{recording}/{file}'),
    'file:///recordings/{recording}/{file}',
    'URI',
    'Where a Kurento media server writes a file, as it sees it. {recording} and {file} are filled in. That directory must be recordingsDir here, for downloads. Embedded engines need nothing.',
  ),
  recordingKeyframeS: option(
    number.min(0).max(3_600),
    10,
    's',
    'An embedded engine asks a publisher that is recorded for a keyframe when it has got none for so long. 0: only when one is needed.',
  ),
  recordingsStore: option(
    z.enum(['file', 's3']),
    'file',
    'store',
    'Where recordings stay when they have ended: in recordingsDir (file), or in an object store that speaks the S3 protocol (s3).',
  ),
  recordingsS3Bucket: option(z.string(), '', 'bucket', 'The bucket of the object store. It must be there.'),
  recordingsS3Endpoint: option(
    z.string().refine((url) => url === '' || isHttpUrl(url), 'must be an http:// or https:// URL'),
    '',
    'URL',
    'The object store, as https://storage.example.org. Empty: that of AWS in recordingsS3Region.',
  ),
  recordingsS3Region: option(z.string(), 'us-east-1', 'region', 'The region of the object store.'),
  recordingsS3Prefix: option(
    z.string().regex(/^(?!\/)[\w./-]*$/, 'must be letters, digits and -._/, and not begin with a slash'),
    'recordings/',
    'prefix',
    'What the keys of all objects begin with.',
  ),
  recordingsS3AccessKey: option(
    z.string(),
    '',
    'key',
    'The access key. Empty: where the AWS SDK finds it, as AWS_ACCESS_KEY_ID or the role of the machine.',
    { secret: true },
  ),
  recordingsS3SecretKey: option(z.string(), '', 'secret', 'The secret that belongs to recordingsS3AccessKey.', {
    secret: true,
  }),
  recordingsS3PathStyle: flag(
    false,
    'Whether the bucket is in the path of a URL in place of its host name, as MinIO and others want it.',
  ),
  recordingsS3KeepLocal: flag(false, 'Whether files stay in recordingsDir too after they are in the object store.'),
} as const satisfies Table;

export type RecordingSettings = Output<typeof recordingOptions>;

/** @param template RECORDINGS_KMS_URI */
export function filledUri(template: string, recording: string, file: string): string {
  return template.replace(filledIn, (_, name: string) => (name === 'recording' ? recording : file));
}

function isTemplate(text: string): boolean {
  const names = [...text.matchAll(filledIn)].map(([, name]) => name);
  return names.includes('recording') && names.includes('file') && !/[{}\s]/.test(text.replace(filledIn, ''));
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}
