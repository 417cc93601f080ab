import { useRef } from 'preact/hooks';
import type { CallButton } from '../../client/index.js';
import type { Call, MenuName, PanelName } from '../model/call.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';
import type { IconName } from './icons.js';
import { toggleFullScreen } from './full-screen.js';
import { ownTree } from './own-tree.js';
import { canFloat, togglePictureInPicture } from './picture-in-picture.js';
import { Popover } from './popover.js';
import { recordLabel } from './record-label.js';
import { ReactionButtons } from './reaction-menu.js';
import { useRoving } from './roving.js';

const layouts = ['auto', 'grid', 'speaker'] as const;

/** What has no button of its own in the bar. In little room also what has one elsewhere. */
export function MoreMenu({ call, canShare }: { readonly call: Call; readonly canShare: boolean }) {
  const { words } = useVoice();
  const { bar, devices, reactions, settings, stage, statistics } = words();
  const show = (panel: PanelName) => (): void => {
    call.show(panel);
  };
  const views = useRef<HTMLDivElement>(null);
  const hand = call.self.handSince.value !== undefined;
  return (
    <Menu call={call} name="more" label={bar.more}>
      {call.mayReact.value && call.options.shows('reactions') && (
        <div class="narrow-only" role="group" aria-label={reactions.title}>
          <ReactionButtons call={call} />
        </div>
      )}
      <div class="narrow-only" role="group" aria-label={bar.title}>
        <Item call={call} button="chat" icon="chat" label={bar.chat(call.chat.unread.value)} act={show('chat')} />
        <Item
          call={call}
          button="people"
          icon="people"
          label={bar.people(call.people.value.length)}
          act={show('people')}
        />
        {call.hasHands && (
          <Item
            call={call}
            button="hand"
            icon="hand"
            label={hand ? bar.lowerHand : bar.raiseHand}
            act={() => void call.toggleHand()}
          />
        )}
        {canShare && (
          <Item
            call={call}
            button="screen"
            icon="screen"
            label={call.sharing.value ? bar.stopSharing : bar.shareScreen}
            act={() => void call.toggleSharing()}
          />
        )}
        {call.hasHat && (
          <Item
            call={call}
            button="hat"
            icon="hat"
            label={call.hat.value ? bar.hatOff : bar.hatOn}
            act={() => void call.toggleHat()}
          />
        )}
        <Item
          call={call}
          button="microphone"
          icon="mic"
          label={devices.chooseMicrophone}
          act={() => (call.menu.value = 'microphone')}
          stays
        />
        <Item
          call={call}
          button="camera"
          icon="camera"
          label={devices.chooseCamera}
          act={() => (call.menu.value = 'camera')}
          stays
        />
      </div>
      {call.recorder.mayRecord.value && call.options.shows('record') && <RecordingItems call={call} />}
      <div role="group" aria-label={stage.layout}>
        <p class="menu-title" aria-hidden="true">
          {stage.layout}
        </p>
        {layouts.map((layout) => (
          <Item
            key={layout}
            call={call}
            icon={`layout-${layout}`}
            label={stage.layouts[layout]}
            checked={call.scene.choice.value === layout}
            act={() => (call.scene.choice.value = layout)}
          />
        ))}
      </div>
      <div role="group" aria-label={bar.view} ref={views}>
        {canFloat && (
          <Item
            call={call}
            icon="float"
            label={stage.pictureInPicture}
            act={() => {
              if (views.current) void togglePictureInPicture(call, ownTree(views.current));
            }}
          />
        )}
        <Item
          call={call}
          icon="full-screen"
          label={stage.fullScreen}
          act={() => {
            const whole = views.current?.closest<HTMLElement>('.call');
            if (whole) toggleFullScreen(whole);
          }}
        />
      </div>
      <div role="group" aria-label={settings.title}>
        <Item call={call} icon="settings" label={settings.title} act={() => (call.dialog.value = 'settings')} />
        <Item call={call} icon="keys" label={bar.keys} act={() => (call.dialog.value = 'keys')} />
        <Item call={call} button="statistics" icon="statistics" label={statistics.title} act={show('statistics')} />
      </div>
    </Menu>
  );
}

/** For those who may record. */
function RecordingItems({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { recording } = words();
  const state = call.recorder.state.value;
  return (
    <div role="group" aria-label={recording.list}>
      <div class="narrow-only">
        <Item call={call} icon="record" label={recordLabel(state, words())} act={() => void call.recorder.toggle()} />
      </div>
      {(state === 'recording' || state === 'paused') && (
        <Item
          call={call}
          icon={state === 'paused' ? 'record' : 'pause'}
          label={state === 'paused' ? recording.resume : recording.pause}
          act={() => void call.recorder.togglePause()}
        />
      )}
      <Item
        call={call}
        icon="list"
        label={recording.list}
        act={() => {
          call.show('recordings');
        }}
      />
    </div>
  );
}

/** For moderators. */
export function LeaveMenu({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { bar } = words();
  return (
    <Menu call={call} name="leave" label={bar.ending}>
      <Item call={call} icon="leave" label={bar.leave} act={() => void call.room.leave()} />
      <Item call={call} icon="close" label={bar.endForAll} danger act={() => void call.house.endForAll()} />
    </Menu>
  );
}

interface MenuProps {
  readonly call: Call;
  readonly name: MenuName;
  readonly label: string;
  readonly children: preact.ComponentChildren;
}

function Menu({ call, name, label, children }: MenuProps) {
  const inner = useRef<HTMLDivElement>(null);
  useRoving(inner);
  return (
    <Popover call={call} name={name} label={label} role="menu" inner={inner}>
      {children}
    </Popover>
  );
}

interface ItemProps {
  readonly call: Call;
  /** It is there only with that button. */
  readonly button?: CallButton;
  readonly icon: IconName;
  readonly label: string;
  /** Of several, one is. */
  readonly checked?: boolean;
  readonly danger?: boolean;
  /** It opens another menu. */
  readonly stays?: boolean;
  readonly act: () => void;
}

function Item({ call, button, icon, label, checked, danger = false, stays = false, act }: ItemProps) {
  if (button && !call.options.shows(button)) return null;
  return (
    <button
      type="button"
      class={danger ? 'item danger' : 'item'}
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      onClick={() => {
        act();
        if (!stays) call.menu.value = undefined;
      }}
    >
      <Icon name={icon} />
      <span>{label}</span>
      {checked === true && <Icon name="check" />}
    </button>
  );
}
