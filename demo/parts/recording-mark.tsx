import type { Call } from '../model/call.js';
import { useVoice } from './voice.js';

/** That the call is recorded: always seen, and said by screen readers when it begins and ends. */
export function RecordingMark({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const mark = call.recorder.mark.value;
  const { recording } = words();
  return (
    <span class="recording" role="status">
      {mark !== 'none' && (
        <span class="recording-mark" data-mark={mark} title={recording.told}>
          {mark === 'paused' ? recording.pausedMark : recording.mark}
        </span>
      )}
    </span>
  );
}
