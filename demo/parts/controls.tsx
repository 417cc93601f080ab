import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CallButton } from '../../client/index.js';
import type { Call } from '../model/call.js';
import { DeviceButton } from './device-button.js';
import { listenForKeys } from './page-keys.js';
import { ToolButton } from './tool-button.js';

const canShare = 'getDisplayMedia' in ((navigator.mediaDevices as MediaDevices | undefined) ?? {});

/** The buttons of the call, and their keys. */
export function Controls({ call }: { readonly call: Call }) {
  const bar = useRef<HTMLElement>(null);
  useShortcuts(call, bar);
  const unread = call.chat.unread.value;
  const count = call.people.value.length;
  const hand = call.self.handSince.value !== undefined;
  const asked = call.house.waiting.value.length + call.hands.value.length;
  const panel = call.panel.value;
  const shows = (button: CallButton): boolean => call.options.shows(button);
  const toggle = (name: NonNullable<typeof panel>): void => {
    call.show(panel === name ? undefined : name);
  };
  return (
    <footer class="call-foot" ref={bar}>
      <div class="controls" role="toolbar" aria-label="Call">
        {shows('microphone') && (
          <DeviceButton
            kind="microphone"
            media={call.media}
            withShortcut
            cut={call.self.isCut('audio')}
            onClick={() => void call.toggle('microphone')}
          />
        )}
        {shows('camera') && (
          <DeviceButton
            kind="camera"
            media={call.media}
            withShortcut
            cut={call.self.isCut('video')}
            onClick={() => void call.toggle('camera')}
          />
        )}
        {canShare && shows('screen') && (
          <ToolButton
            icon="screen"
            label={call.sharing.value ? 'Stop sharing your screen' : 'Share your screen'}
            shortcut="s"
            class={call.sharing.value ? 'active' : ''}
            pressed={call.sharing.value}
            onClick={() => void call.toggleSharing()}
          />
        )}
        {call.hasHands && shows('hand') && (
          <ToolButton
            icon="hand"
            label={hand ? 'Lower your hand' : 'Raise your hand'}
            shortcut="r"
            class={hand ? 'active' : ''}
            pressed={hand}
            onClick={() => void call.toggleHand()}
          />
        )}
        {call.hasHat && shows('hat') && (
          <ToolButton
            icon="hat"
            label={call.hat.value ? 'Take the hat off' : 'Put a hat on'}
            shortcut="h"
            class={call.hat.value ? 'active' : ''}
            pressed={call.hat.value}
            onClick={() => void call.toggleHat()}
          />
        )}
        {shows('chat') && (
          <ToolButton
            icon="chat"
            label={unread === 0 ? 'Chat' : `Chat: ${unread} unread`}
            shortcut="c"
            expanded={panel === 'chat'}
            controls="chat-panel"
            onClick={() => {
              toggle('chat');
            }}
          >
            {unread > 0 && <span class="badge">{unread > 9 ? '9+' : unread}</span>}
          </ToolButton>
        )}
        {shows('people') && (
          <ToolButton
            icon="people"
            label={asked === 0 ? `People: ${count}` : `People: ${count}, ${requestsText(call)}`}
            tip={`People: ${count}`}
            shortcut="p"
            expanded={panel === 'people'}
            controls="people-panel"
            onClick={() => {
              toggle('people');
            }}
          >
            <span class={asked === 0 ? 'badge quiet' : 'badge'}>{count}</span>
          </ToolButton>
        )}
        {shows('statistics') && (
          <ToolButton
            icon="statistics"
            label="Statistics"
            shortcut="i"
            class="wide-only"
            expanded={panel === 'statistics'}
            controls="statistics-panel"
            onClick={() => {
              toggle('statistics');
            }}
          />
        )}
        {shows('leave') && (
          <ToolButton icon="leave" label="Leave" class="danger" onClick={() => void call.room.leave()} />
        )}
      </div>
    </footer>
  );
}

function requestsText({ house, hands }: Call): string {
  const waiting = house.waiting.value.length;
  const raised = hands.value.length;
  return [
    waiting > 0 && `${waiting} waiting`,
    raised > 0 && (raised === 1 ? '1 hand raised' : `${raised} hands raised`),
  ]
    .filter(Boolean)
    .join(', ');
}

/** Single keys, while nobody is typing and no modifier is held. */
function useShortcuts(call: Call, bar: RefObject<HTMLElement>): void {
  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      escape: () => {
        call.dismiss();
      },
      m: () => void call.toggle('microphone'),
      v: () => void call.toggle('camera'),
      s: () => void (canShare && call.toggleSharing()),
      r: () => void (call.hasHands && call.toggleHand()),
      h: () => void (call.hasHat && call.toggleHat()),
      c: () => {
        call.show(call.panel.value === 'chat' ? undefined : 'chat');
      },
      p: () => {
        call.show(call.panel.value === 'people' ? undefined : 'people');
      },
      i: () => {
        call.show(call.panel.value === 'statistics' ? undefined : 'statistics');
      },
    };
    const pressed = (event: KeyboardEvent): void => {
      // Outside of a shadow root, the target of an event in it is its host.
      const [target] = event.composedPath();
      const typing = target instanceof Element && target.closest('input, textarea, select') !== null;
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const action = actions[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    };
    return bar.current ? listenForKeys(bar.current, pressed) : undefined;
  }, [call, bar]);
}
