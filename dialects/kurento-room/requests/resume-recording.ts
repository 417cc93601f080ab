import { changeOfRecording } from './recording.js';

export const resumeRecording = changeOfRecording({
  name: 'resumeRecording',
  summary: 'Goes on with a recording that is paused.',
  description: 'Everybody is told before it goes on. Streams that were published meanwhile are recorded from now on.',
  state: 'recording',
  errors: [{ reason: 'cannot-stop-recording', when: 'The recording is not paused: `data.reason` is its state.' }],
  handle: (recorder, id) => recorder.resume(id),
});
