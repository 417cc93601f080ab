import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { keepAwake } from '../model/wake-lock.js';
import { Clock } from './clock.js';
import { useVoice } from './voice.js';
import { Controls } from './controls.js';
import { Brand, Icon } from './icon.js';
import { InvitationButton } from './invitation.js';
import { Notices } from './notices.js';
import { fetchParts, later } from './later.js';
import { RecordingMark } from './recording-mark.js';
import { Stage } from './stage.js';
import { ToastList } from './toast-list.js';
import { useLow } from './use-low.js';
import { ViewButtons } from './view-buttons.js';

/** The call comes first. */
const partsAfterMs = 3_000;

const fetchChat = async () => (await import('./chat-panel.js')).ChatPanel;
const ChatPanel = later(fetchChat);
const PeoplePanel = later(async () => (await import('./people-panel.js')).PeoplePanel);
const StatisticsPanel = later(async () => (await import('./statistics-panel.js')).StatisticsPanel);
const RecordingsPanel = later(async () => (await import('./recordings-panel.js')).RecordingsPanel);

/** The call: tiles, chat, who is here, and the buttons. */
export function CallPage({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const frame = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { low, resting } = useLow(frame);
  useEffect(() => {
    const root = heading.current?.getRootNode();
    // A page around the call may want the focus elsewhere.
    if (root instanceof ShadowRoot && root.host instanceof HTMLElement && root.host.autofocus) heading.current?.focus();
  }, [call]);
  useEffect(() => keepAwake(), [call]);
  useEffect(() => {
    // People write while the server is away, too.
    fetchChat().catch(() => undefined);
    const timer = setTimeout(fetchParts, partsAfterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [call]);
  const scheme = call.preferences.colorScheme;
  useLayoutEffect(() => {
    const root = heading.current?.getRootNode();
    if (root instanceof ShadowRoot && root.host instanceof HTMLElement) root.host.style.colorScheme = scheme;
  }, [scheme]);
  const panel = call.panel.value;
  return (
    <section
      class="call-page"
      aria-label={call.title}
      ref={frame}
      data-panel={panel ?? ''}
      data-low={low.value ? '' : undefined}
      data-resting={low.value && resting.value ? '' : undefined}
    >
      <header part="head" class="call-head">
        <Brand />
        <Clock />
        <h1 class="room-name" tabIndex={-1} ref={heading}>
          {call.title}
        </h1>
        <RecordingMark call={call} />
        {call.house.settings.value?.locked && (
          <span class="locked" role="img" aria-label={words().call.locked} title={words().call.locked}>
            <Icon name="lock" />
          </span>
        )}
        {call.options.shows('invitation') && <InvitationButton call={call} />}
        <ViewButtons call={call} />
      </header>
      <Stage call={call} />
      <Notices call={call} />
      {panel === 'chat' && <ChatPanel call={call} />}
      {panel === 'people' && <PeoplePanel call={call} />}
      {panel === 'statistics' && <StatisticsPanel call={call} />}
      {panel === 'recordings' && <RecordingsPanel call={call} />}
      <Controls call={call} />
      <ToastList toasts={call.toasts} />
    </section>
  );
}
