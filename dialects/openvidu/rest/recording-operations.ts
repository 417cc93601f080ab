import { z } from 'zod';
import { recordingWish, wholeWish } from '../model/recording-properties.js';
import type { WholeRecordingWish } from '../model/recording-properties.js';
import type { OvSessions } from '../model/ov-sessions.js';
import { bytesOf, hasEnded } from '../recordings/ov-recordings.js';
import type { OvRecording, OvRecordings } from '../recordings/ov-recordings.js';
import { readAs } from './body.js';
import type { Asked, Operation } from './operation.js';
import { Refusal, notHere } from './refusal.js';
import { answer } from './request.js';
import { sessionIn } from './session-operations.js';

const named = z.object({ session: z.string().min(1) });

/** Of the session whose recording it is: ids begin with that of the session, which has no `~`. */
const ofRecording: NonNullable<Operation['session']> = ({ params }) => params.recording?.split('~')[0];

/** @param recordings undefined: nothing is recorded here */
export function recordingOperations(sessions: OvSessions, recordings: OvRecordings | undefined): readonly Operation[] {
  const there = (): OvRecordings => {
    if (!recordings) throw notHere('This server records nothing (OPENVIDU_RECORDING)');
    return recordings;
  };
  return [
    {
      method: 'POST',
      path: '/recordings/start',
      session: ({ body }) => (recordings ? readAs(named, body).session : undefined),
      serve: async (asked) => {
        const all = there();
        const { session: id } = readAs(named, asked.body);
        const session = sessionIn(sessions, { ...asked, params: { session: id } });
        const { mediaMode, defaultRecordingProperties } = session.properties;
        if (mediaMode === 'RELAYED') throw new Refusal(409, 'A session with mediaMode RELAYED cannot be recorded');
        if (session.isRecorded) throw new Refusal(409, `Session ${id} is being recorded`);
        if (session.active.length === 0) throw new Refusal(406, `Nobody is connected to session ${id}`);
        const wish = readAs(recordingWish, asked.body);
        const whole = wholeWish(defaultRecordingProperties, wish);
        assertPossible(whole);
        if (!session.room.canRecord) throw notHere('This server records nothing (RECORDINGS_DIR)');
        return answer(200, recordingView(await all.start(session, whole), asked));
      },
    },
    {
      method: 'POST',
      path: '/recordings/stop/:recording',
      session: ofRecording,
      serve: async (asked) => answer(200, recordingView(await there().stop(asked.params.recording ?? ''), asked)),
    },
    {
      method: 'GET',
      path: '/recordings',
      serve: async (asked) => {
        const items = (await there().list()).map((each) => recordingView(each, asked));
        return answer(200, { count: items.length, items });
      },
    },
    {
      method: 'GET',
      path: '/recordings/:recording',
      session: ofRecording,
      serve: async (asked) => answer(200, recordingView(await there().find(asked.params.recording ?? ''), asked)),
    },
    {
      method: 'DELETE',
      path: '/recordings/:recording',
      session: ofRecording,
      serve: async (asked) => {
        await there().remove(asked.params.recording ?? '');
        return answer(204);
      },
    },
  ];
}

/** @throws Refusal 422, 501 */
function assertPossible({ hasAudio, hasVideo, resolution, frameRate, outputMode }: WholeRecordingWish): void {
  if (!hasAudio && !hasVideo) throw new Refusal(422, 'A recording needs audio or video');
  const sides = resolution.split('x').map(Number);
  if (!sides.every((side) => side >= 100 && side <= 1_999)) {
    throw new Refusal(422, 'Both sides of "resolution" must have 100 to 1999 pixels');
  }
  if (frameRate < 1 || frameRate > 120) throw new Refusal(422, '"frameRate" must be from 1 to 120');
  if (outputMode !== 'INDIVIDUAL') {
    throw notHere(`Only INDIVIDUAL recordings are made here, one file for each stream, and no ${outputMode} ones`);
  }
}

const statuses = {
  starting: 'starting',
  recording: 'started',
  paused: 'started',
  stopping: 'stopped',
  ready: 'ready',
  failed: 'failed',
} as const;

function recordingView({ note, kept }: OvRecording, { site }: Asked) {
  const { id, name, sessionId, hasAudio, hasVideo } = note;
  const { startedAt: createdAt, state, durationMs } = kept;
  const isReady = state === 'ready';
  const url = isReady
    ? `${site()}/openvidu/recordings/${encodeURIComponent(id)}/${encodeURIComponent(name)}.zip`
    : null;
  return {
    ...{ id, object: 'recording', name, outputMode: 'INDIVIDUAL', sessionId, createdAt },
    size: isReady ? bytesOf(kept) : 0,
    duration: hasEnded(kept) && isReady ? durationMs / 1_000 : 0,
    ...{ url, hasAudio, hasVideo, status: statuses[state] },
  };
}
