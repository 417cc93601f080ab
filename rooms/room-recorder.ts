import type { Acting } from './acting.js';
import { RoomError } from './errors.js';
import type * as api from './index.js';
import { Participant } from './participant.js';
import type { Recording } from './recording.js';
import type { RecordingFacts } from './recording-store.js';
import type { Recordings } from './recordings.js';
import type { Room } from './room.js';

/** How long somebody waits who stops a recording, in ms. It ends all the same. */
const longestStopMs = 10_000;

/** What one actor does with the recordings of a room. Each verb checks whether the actor may, at that moment. */
export class RoomRecorder implements api.RoomRecorder {
  readonly #room: Room;
  readonly #recordings: Recordings;
  readonly #acting: Acting;

  constructor(room: Room, recordings: Recordings, acting: Acting) {
    this.#room = room;
    this.#recordings = recordings;
    this.#acting = acting;
  }

  async start(wish: api.RecordingWish): Promise<RecordingFacts> {
    const act = { action: 'startRecording', needs: 'record', target: '' } as const;
    return this.#acting.doInTime(
      act,
      async () => {
        const { actor, name } = this.#acting;
        if (actor instanceof Participant) {
          await this.#room.authorize(actor, { action: 'record' });
          this.#acting.assertMay('record');
        }
        return this.#recordings.start(wish, name);
      },
      ({ id }) => ({ ...act, target: id }),
    );
  }

  stop(id: string): Promise<RecordingFacts> {
    return this.#change('stopRecording', id, async (recording) => {
      let giveUp = (): void => undefined;
      const late = new Promise<void>((resolve) => (giveUp = this.#room.later(longestStopMs, resolve)));
      await Promise.race([recording.end('stopped'), late]);
      giveUp();
    });
  }

  pause(id: string): Promise<RecordingFacts> {
    return this.#change('pauseRecording', id, (recording) => recording.pause());
  }

  resume(id: string): Promise<RecordingFacts> {
    return this.#change('resumeRecording', id, (recording) => recording.resume());
  }

  #change(
    action: 'stopRecording' | 'pauseRecording' | 'resumeRecording',
    id: string,
    change: (recording: Recording) => Promise<void>,
  ): Promise<RecordingFacts> {
    return this.#acting.doInTime({ action, needs: 'record', target: id }, async () => {
      const recording = this.#recordings.find(id);
      if ('state' in recording) {
        if (action === 'stopRecording') return recording;
        throw new RoomError('cannot-stop-recording', 'The recording has ended', {
          details: { reason: recording.state },
        });
      }
      await change(recording);
      return recording.facts;
    });
  }
}
