import { useEffect, useRef } from 'preact/hooks';
import { invitation } from '../model/address.js';
import type { Call } from '../model/call.js';
import { toast } from '../model/toasts.js';
import { ChatPanel } from './chat-panel.js';
import { Controls } from './controls.js';
import { Brand, Icon } from './icon.js';
import { Notices } from './notices.js';
import { PeoplePanel } from './people-panel.js';
import { Stage } from './stage.js';
import { StatisticsPanel } from './statistics-panel.js';

/** The call: tiles, chat, who is here, and the buttons. */
export function CallPage({ call }: { readonly call: Call }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${call.room.name} · Atrium`;
    heading.current?.focus();
  }, [call]);
  const panel = call.panel.value;
  return (
    <div class="call-page" data-panel={panel ?? ''}>
      <header class="call-head">
        <Brand />
        <h1 class="room-name" tabIndex={-1} ref={heading}>
          {call.title}
        </h1>
        {call.house.settings.value?.locked && (
          <span class="locked" role="img" aria-label="The room is locked" title="The room is locked">
            <Icon name="lock" />
          </span>
        )}
        <button type="button" class="chip" aria-label="Copy invitation" onClick={() => void invite(call.room.name)}>
          <Icon name="link" />
          <span>Copy invitation</span>
        </button>
      </header>
      <Stage call={call} />
      <Notices call={call} />
      {panel === 'chat' && <ChatPanel call={call} />}
      {panel === 'people' && <PeoplePanel call={call} />}
      {panel === 'statistics' && <StatisticsPanel call={call} />}
      <Controls call={call} />
    </div>
  );
}

async function invite(room: string): Promise<void> {
  const link = invitation(location.href, room);
  try {
    await navigator.clipboard.writeText(link);
    toast('Invitation copied: send the link to whom you want to see.');
  } catch {
    toast(`Invite others with this link: ${link}`);
  }
}
