import type { Call } from '../model/call.js';
import type { TroubleReason } from '../model/trouble.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';

/** Nothing comes through: what the user can look at, by reason. */
export function MediaTrouble({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const reason = call.trouble.reason.value;
  const { media } = words();
  if (!reason) return null;
  return (
    <div class="notice trouble" data-reason={reason}>
      <p class="notice-text">{reason === 'media-server' ? media.troubleServer : media.trouble}</p>
      <div class="notice-buttons">
        <button
          type="button"
          class="primary"
          onClick={() => {
            call.retry();
          }}
        >
          {media.tryAgain}
        </button>
      </div>
      <details class="trouble-help">
        <summary>{media.whatToCheck}</summary>
        <ul>
          {checks(reason, words()).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function checks(reason: TroubleReason, { media }: Words): readonly string[] {
  const { checkServer, checkOtherNetwork, checkFirewall, checkNoRelay, checkRelayRefused } = media;
  switch (reason) {
    case 'media-server':
      return [checkServer];
    case 'no-relay':
      return [checkOtherNetwork, checkFirewall, checkNoRelay];
    case 'relay-refused':
      return [checkRelayRefused, checkOtherNetwork];
    case 'network':
      return [checkOtherNetwork, checkFirewall];
  }
}
