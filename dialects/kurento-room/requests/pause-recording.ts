import { changeOfRecording } from './recording.js';

export const pauseRecording = changeOfRecording({
  name: 'pauseRecording',
  summary: 'Records nothing until resumeRecording.',
  description: 'It is answered when nothing is written any more. The time in between is not in the files.',
  state: 'paused',
  errors: [{ reason: 'cannot-stop-recording', when: 'The recording does not run now: `data.reason` is its state.' }],
  handle: (recorder, id) => recorder.pause(id),
});
