import type { Call } from '../model/call.js';
import type { Words } from '../words/words.js';

/** What the button for recordings does now. */
export function recordLabel(state: Call['recorder']['state']['value'], { recording }: Words): string {
  switch (state) {
    case 'starting':
      return recording.starting;
    case 'recording':
    case 'paused':
      return recording.stop;
    case 'stopping':
      return recording.stopping;
    default:
      return recording.record;
  }
}
