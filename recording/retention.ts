import type { Log } from '../log.js';
import type { AuditEntry } from '../rooms/index.js';
import type { FolderArchive } from './folder-archive.js';
import type { Manifest } from './manifest.js';
import { folderOf } from './names.js';
import type { RecordingSettings } from './options.js';
import { isOwned } from './owner.js';

const msInDay = 86_400_000;
const bytesInGb = 1_000_000_000;

export interface RetentionOptions {
  readonly settings: RecordingSettings;
  readonly archive: FolderArchive;
  readonly audit: (entry: AuditEntry) => void;
  /** In ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Deletes recordings that are too old, and the oldest ones when all together are too large. */
export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { settings, archive, now, log } = this.#options;
    const { recordingsMaxAgeDays: days, recordingsMaxGb: gb } = settings;
    if (days === 0 && gb === 0) return;
    try {
      const all = await archive.all();
      let bytes = all.reduce((sum, manifest) => sum + bytesOf(manifest), 0);
      const ended = all.filter(({ state }) => state === 'ready' || state === 'failed');
      for (const manifest of ended.sort((one, other) => endOf(one) - endOf(other))) {
        const isOld = days > 0 && now() - endOf(manifest) > days * msInDay;
        const isTooMuch = gb > 0 && bytes > gb * bytesInGb;
        if ((isOld || isTooMuch) && (await this.#remove(manifest))) bytes -= bytesOf(manifest);
      }
    } catch (error) {
      log.warn('recordings that are too old or too large cannot be looked for', { error });
    }
  }

  async #remove({ id, room }: Manifest): Promise<boolean> {
    const { settings, archive, audit, log } = this.#options;
    try {
      // It waits to be read or uploaded.
      if (await isOwned(folderOf(settings.recordingsDir, id))) return false;
      if (!(await archive.remove(id))) return false;
      audit({ actor: 'retention', action: 'deleteRecording', room: room.name, target: id, outcome: 'done' });
      return true;
    } catch (error) {
      log.warn('a recording cannot be deleted', { recording: id, error });
      return false;
    }
  }
}

/** When it ended, in ms since 1970; pauses are not counted. */
function endOf({ startedAt, durationMs }: Manifest): number {
  return Date.parse(startedAt) + durationMs;
}

function bytesOf({ files }: Manifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
