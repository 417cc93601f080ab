import { changeOfRecording } from './recording.js';

export const stopRecording = changeOfRecording({
  name: 'stopRecording',
  summary: 'Ends a recording.',
  description:
    'It is answered when the files are whole, after 10 s at the latest: `state` is `ready` then, or `failed` with what there is. A recording that has ended stays as it is.',
  state: 'ready',
  handle: (recorder, id) => recorder.stop(id),
});
