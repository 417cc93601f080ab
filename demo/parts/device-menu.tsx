import type { Device } from '../../client/index.js';
import type { Call } from '../model/call.js';
import type { DeviceKind } from '../model/local-media.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';
import { Level } from './level.js';
import { Popover } from './popover.js';

const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/** Which camera; or which microphone, how loud it is, and which loudspeaker. */
export function DeviceMenu({ call, kind }: { readonly call: Call; readonly kind: DeviceKind }) {
  const { words } = useVoice();
  return (
    <Popover call={call} name={kind} label={words().devices.menus[kind]}>
      {kind === 'camera' ? <CameraChoice call={call} /> : <SoundChoice call={call} />}
    </Popover>
  );
}

/** What the settings show too. */
export function CameraChoice({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { media } = call;
  const texts = words().devices;
  return (
    <>
      <DeviceChoice call={call} kind="camera" devices={media.devices.value.cameras} />
      {media.canFlip.value && (
        <button type="button" class="tool" onClick={() => void call.flip()}>
          <Icon name="flip" /> {texts.flip}
        </button>
      )}
      {media.canBlur.value && (
        <button
          type="button"
          class="tool switch"
          role="switch"
          aria-checked={media.blurred.value}
          onClick={() => void media.blur(!media.blurred.value)}
        >
          {texts.blur}
        </button>
      )}
    </>
  );
}

export function SoundChoice({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { media } = call;
  const texts = words().devices;
  const { microphones, speakers } = media.devices.value;
  return (
    <>
      <DeviceChoice call={call} kind="microphone" devices={microphones} />
      <Level stream={media.stream.value} on={media.microphone.value === 'on'} label={texts.level} />
      {canChooseSpeaker && speakers.length > 0 && (
        <Choice
          legend={texts.speaker}
          devices={speakers}
          chosen={call.speaker.value}
          choose={(id) => void call.chooseSpeaker(id)}
        />
      )}
    </>
  );
}

interface DeviceChoiceProps {
  readonly call: Call;
  readonly kind: DeviceKind;
  readonly devices: readonly Device[];
}

function DeviceChoice({ call, kind, devices }: DeviceChoiceProps) {
  const { words } = useVoice();
  return (
    <Choice
      legend={words().devices[kind]}
      devices={devices.filter(({ label }) => label !== '')}
      chosen={call.media.chosen(kind)}
      choose={(id) => void call.choose(kind, id)}
    />
  );
}

interface ChoiceProps {
  readonly legend: string;
  readonly devices: readonly Device[];
  readonly chosen: string;
  readonly choose: (id: string) => void;
}

function Choice({ legend, devices, chosen, choose }: ChoiceProps) {
  const { words } = useVoice();
  // The one that the system has chosen is called `default` in some browsers, and is the first in others.
  const used = devices.some(({ id }) => id === chosen) ? chosen : devices[0]?.id;
  return (
    <fieldset class="device-choice">
      <legend>{legend}</legend>
      {devices.length === 0 && <p>{words().devices.noChoice}</p>}
      {devices.map(({ id, label }) => (
        <label key={id} class="option">
          <input
            type="radio"
            name={legend}
            checked={id === used}
            onChange={() => {
              choose(id);
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
