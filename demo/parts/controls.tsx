import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CallButton } from '../../client/index.js';
import type { Call, PanelName } from '../model/call.js';
import { actionFor, type KeyAction } from '../model/keys.js';
import type { DeviceKind } from '../model/local-media.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { DeviceButton } from './device-button.js';
import { MenuButton } from './menu-button.js';
import { recordLabel } from './record-label.js';
import { listenForKeys } from './page-keys.js';
import { popoverId } from './popover.js';
import { useRoving } from './roving.js';
import { later } from './later.js';
import { ToolButton } from './tool-button.js';

const DeviceMenu = later(async () => (await import('./device-menu.js')).DeviceMenu);
const InvitationPopover = later(async () => (await import('./invitation-popover.js')).InvitationPopover);
const ReactionMenu = later(async () => (await import('./reaction-menu.js')).ReactionMenu);
const MoreMenu = later(async () => (await import('./more-menu.js')).MoreMenu);
const LeaveMenu = later(async () => (await import('./more-menu.js')).LeaveMenu);
const SettingsDialog = later(async () => (await import('./settings-dialog.js')).SettingsDialog);
const KeysDialog = later(async () => (await import('./settings-dialog.js')).KeysDialog);

const canShare = 'getDisplayMedia' in ((navigator.mediaDevices as MediaDevices | undefined) ?? {});

/** The buttons of the call, their menus and their keys. */
export function Controls({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const foot = useRef<HTMLElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  useKeys(call, foot);
  useRoving(bar);
  const texts = words().bar;
  const key = (does: string): { readonly shortcut?: string } =>
    call.preferences.shortcuts.value ? { shortcut: does } : {};
  const hand = call.self.handSince.value !== undefined;
  const menu = call.menu.value;
  // In little room the menu has them.
  const wide = call.options.shows('more') ? 'wide-only' : '';
  const shows = (button: CallButton): boolean => call.options.shows(button);
  return (
    <footer class="call-foot" ref={foot}>
      <div class="controls" role="toolbar" aria-label={texts.title} ref={bar}>
        <div class="bar-middle">
          {shows('microphone') && <DeviceControl call={call} kind="microphone" />}
          {shows('camera') && <DeviceControl call={call} kind="camera" />}
          {call.media.canFlip.value && shows('camera') && (
            <ToolButton icon="flip" label={words().devices.flip} class="narrow-only" onClick={() => void call.flip()} />
          )}
          {canShare && shows('screen') && (
            <ToolButton
              icon="screen"
              label={call.sharing.value ? texts.stopSharing : texts.shareScreen}
              {...key('s')}
              class={call.sharing.value ? `${wide} active` : wide}
              onClick={() => void call.toggleSharing()}
            />
          )}
          {call.hasHands && shows('hand') && (
            <ToolButton
              icon="hand"
              label={hand ? texts.lowerHand : texts.raiseHand}
              {...key('r')}
              class={hand ? `${wide} active` : wide}
              onClick={() => void call.toggleHand()}
            />
          )}
          {call.mayReact.value && shows('reactions') && (
            <ToolButton
              icon="react"
              label={words().reactions.title}
              class={wide}
              expanded={menu === 'reactions'}
              controls={popoverId('reactions')}
              hasPopup="menu"
              onClick={() => {
                call.menu.value = menu === 'reactions' ? undefined : 'reactions';
              }}
            />
          )}
          {call.hasHat && shows('hat') && (
            <ToolButton
              icon="hat"
              label={call.hat.value ? texts.hatOff : texts.hatOn}
              {...key('h')}
              class={call.hat.value ? `${wide} active` : wide}
              onClick={() => void call.toggleHat()}
            />
          )}
          {call.recorder.mayRecord.value && shows('record') && <RecordButton call={call} className={wide} />}
          {shows('more') && <MoreButton call={call} />}
          {shows('leave') && (
            <span class="split">
              <ToolButton icon="leave" label={texts.leave} class="danger" onClick={() => void call.room.leave()} />
              {call.house.moderates.value && <MenuButton call={call} name="leave" label={texts.ending} opens="menu" />}
            </span>
          )}
        </div>
        <PanelButtons call={call} />
      </div>
      {(menu === 'microphone' || menu === 'camera') && <DeviceMenu key={menu} call={call} kind={menu} />}
      {menu === 'reactions' && <ReactionMenu call={call} />}
      {menu === 'more' && <MoreMenu call={call} canShare={canShare} />}
      {menu === 'invitation' && <InvitationPopover call={call} />}
      {menu === 'leave' && <LeaveMenu call={call} />}
      {call.dialog.value === 'settings' && <SettingsDialog call={call} />}
      {call.dialog.value === 'keys' && <KeysDialog call={call} />}
    </footer>
  );
}

function RecordButton({ call, className }: { readonly call: Call; readonly className: string }) {
  const { words } = useVoice();
  const state = call.recorder.state.value;
  return (
    <ToolButton
      icon="record"
      label={recordLabel(state, words())}
      class={state === 'none' ? className : `${className} active`}
      busy={state === 'starting' || state === 'stopping'}
      onClick={() => void call.recorder.toggle()}
    />
  );
}

function DeviceControl({ call, kind }: { readonly call: Call; readonly kind: DeviceKind }) {
  const { words } = useVoice();
  const { chooseCamera, chooseMicrophone } = words().devices;
  return (
    <span class="split">
      <DeviceButton
        kind={kind}
        media={call.media}
        withShortcut={call.preferences.shortcuts.value}
        cut={call.self.isCut(kind === 'camera' ? 'video' : 'audio')}
        onClick={() => void call.toggle(kind)}
      />
      <MenuButton call={call} name={kind} label={kind === 'camera' ? chooseCamera : chooseMicrophone} opens="dialog" />
    </span>
  );
}

function MoreButton({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const isOpen = call.menu.value === 'more';
  const unread = call.chat.unread.value;
  return (
    <ToolButton
      icon="more"
      label={words().bar.more}
      expanded={isOpen}
      controls={popoverId('more')}
      hasPopup="menu"
      {...(unread > 0 && { note: words().bar.chat(unread) })}
      onClick={() => {
        call.menu.value = isOpen ? undefined : 'more';
      }}
    >
      {unread > 0 && <span class="badge narrow-only">{atMost9(unread)}</span>}
    </ToolButton>
  );
}

/** Right of the bar: people and chat. In little room the menu has them. */
function PanelButtons({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const texts = words().bar;
  const unread = call.chat.unread.value;
  const count = call.people.value.length;
  const asked = requestsText(call, texts);
  const requests = call.house.waiting.value.length + call.hands.value.length;
  const key = call.preferences.shortcuts.value;
  return (
    <div class={call.options.shows('more') ? 'bar-right roomy-only' : 'bar-right'}>
      {call.options.shows('people') && (
        <PanelButton
          {...{ call, name: 'people', label: asked === '' ? texts.people(count) : `${texts.people(count)}, ${asked}` }}
          {...{ tip: texts.people(count), ...(key && { shortcut: 'p' }) }}
          badge={requests > 0 ? requests : count}
          quiet={requests === 0}
        />
      )}
      {call.options.shows('chat') && (
        <PanelButton
          {...{ call, name: 'chat', label: texts.chat(unread), ...(key && { shortcut: 'c' }) }}
          badge={unread === 0 ? undefined : atMost9(unread)}
        />
      )}
    </div>
  );
}

interface PanelButtonProps {
  readonly call: Call;
  readonly name: 'people' | 'chat';
  readonly label: string;
  readonly tip?: string;
  readonly shortcut?: string;
  readonly badge: number | string | undefined;
  readonly quiet?: boolean;
}

function PanelButton({ call, name, badge, quiet = false, ...rest }: PanelButtonProps) {
  return (
    <ToolButton
      icon={name}
      {...rest}
      expanded={call.panel.value === name}
      controls={`${name}-panel`}
      onClick={() => {
        togglePanel(call, name);
      }}
    >
      {badge !== undefined && <span class={quiet ? 'badge quiet' : 'badge'}>{badge}</span>}
    </ToolButton>
  );
}

/** Empty when nobody asks for anything. */
function requestsText({ house, hands }: Call, texts: Words['bar']): string {
  const waiting = house.waiting.value.length;
  const raised = hands.value.length;
  return [waiting > 0 && texts.waiting(waiting), raised > 0 && texts.hands(raised)].filter(Boolean).join(', ');
}

function atMost9(count: number): string {
  return count > 9 ? '9+' : String(count);
}

/** Not where the page around has taken its button away. */
function isOffered({ options }: Call, action: KeyAction): boolean {
  if (action === 'escape') return true;
  return options.shows(action === 'keys' ? 'more' : action);
}

function togglePanel(call: Call, name: PanelName): void {
  call.show(call.panel.value === name ? undefined : name);
}

function useKeys(call: Call, foot: RefObject<HTMLElement>): void {
  useEffect(() => {
    const actions: Readonly<Record<KeyAction, () => void>> = {
      microphone: () => void call.toggle('microphone'),
      camera: () => void call.toggle('camera'),
      screen: () => void (canShare && call.toggleSharing()),
      hand: () => void (call.hasHands && call.toggleHand()),
      hat: () => void (call.hasHat && call.toggleHat()),
      chat: () => {
        togglePanel(call, 'chat');
      },
      people: () => {
        togglePanel(call, 'people');
      },
      statistics: () => {
        togglePanel(call, 'statistics');
      },
      keys: () => (call.dialog.value = 'keys'),
      escape: () => {
        call.dismiss();
      },
    };
    const pressed = (event: KeyboardEvent): void => {
      // A dialog has the keys to itself.
      if (call.dialog.value) return;
      // Outside of a shadow root, the target of an event in it is its host.
      const [target] = event.composedPath();
      const typing = target instanceof Element && target.closest('input, textarea, select') !== null;
      const action = actionFor(event, typing, call.preferences.shortcuts.value);
      if (!action || !isOffered(call, action)) return;
      event.preventDefault();
      actions[action]();
    };
    return foot.current ? listenForKeys(foot.current, pressed) : undefined;
  }, [call, foot]);
}
