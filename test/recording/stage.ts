import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import type { AuditEntry, NewRecordedFile, NewRecording, RecordingStoreListener } from '../../rooms/index.js';
import { KeptRecordings } from '../../recording/kept-recordings.js';
import type { KeptRecordingsOptions } from '../../recording/kept-recordings.js';
import type { RecordingSettings } from '../../recording/options.js';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';

/** A directory of recordings, and what tests do in it. `afterEach` calls `leave`. */
export class Stage {
  readonly directory: string;
  readonly lines: { readonly level: string; readonly message: string; readonly fields: object }[] = [];
  readonly audited: AuditEntry[] = [];
  readonly #open: KeptRecordings[] = [];
  /** In ms; that of the recordings. */
  now = 1_000;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async begin(directory?: string): Promise<Stage> {
    return new Stage(directory ?? (await mkdtemp(join(tmpdir(), 'atrium-recordings-'))));
  }

  get log(): Log {
    const take =
      (level: string) =>
      (message: string, fields: object = {}): void => {
        this.lines.push({ level, message, fields });
      };
    return { error: take('error'), warn: take('warn'), info: take('info'), debug: take('debug') };
  }

  async open(given: GivenConfig = {}, options: Partial<KeptRecordingsOptions> = {}): Promise<KeptRecordings> {
    const kept = await KeptRecordings.open({
      settings: this.settings(given),
      uriOf: (recording, file) => `${recording}/${file}`,
      log: this.log,
      audit: (entry) => this.audited.push(entry),
      monotonic: () => this.now,
      ...options,
    });
    this.#open.push(kept);
    return kept;
  }

  settings(given: GivenConfig = {}): RecordingSettings {
    return configOf({ recordingsDir: this.directory, recordingsMinFreeMb: 0, ...given });
  }

  path(...names: readonly string[]): string {
    return join(this.directory, ...names);
  }

  /** As a media server does. */
  async write(recording: string, file: string, bytes: Uint8Array | string): Promise<void> {
    await writeFile(this.path(recording, file), bytes);
  }

  async leave(): Promise<void> {
    for (const kept of this.#open.splice(0)) await kept.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export const nobody: RecordingStoreListener = { mustStop: () => undefined };

let ids = 0;

export function recordingOf(given: Partial<NewRecording> = {}): NewRecording {
  ids += 1;
  return {
    id: `REC_${String(ids).padStart(16, '0')}`,
    name: 'Monday',
    room: { name: 'garden', sid: 'RM_garden' },
    target: {},
    startedAt: Date.UTC(2026, 10, 28, 9),
    startedBy: 'ana',
    ...given,
  };
}

export function fileOf(id: string, given: Partial<NewRecordedFile> = {}): NewRecordedFile {
  return {
    participant: { id, sid: `PA_${id}`, name: id.toUpperCase() },
    ...{ stream: 'webcam', source: 'camera', kinds: ['audio', 'video'] },
    ...given,
  };
}
