import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { DeviceKind, DeviceState, LocalMedia } from '../model/local-media.js';
import { watchPicture } from '../model/picture-watch.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { DeviceButton } from './device-button.js';
import { Icon } from './icon.js';
import { Level } from './level.js';
import { PermissionCard } from './permission-card.js';
import { useStream } from './use-stream.js';

/** The own picture and sound before the call, and the choice of devices. */
export function Preview({ media }: { readonly media: LocalMedia }) {
  const { words } = useVoice();
  const video = useRef<HTMLVideoElement>(null);
  const picture = useSignal(false);
  const stream = media.stream.value;
  useStream(video, stream);
  useEffect(() => {
    if (!video.current) return undefined;
    return watchPicture(video.current, (shows) => (picture.value = shows));
  }, [picture]);
  const camera = media.camera.value;
  const refusal = media.refusal.value;
  const { join, devices } = words();
  const press = (kind: DeviceKind): void => {
    void media.toggle(kind);
  };
  return (
    <section class="preview" aria-label={join.camera}>
      <div class="preview-picture">
        {/* Muted in code too: without, the first sound of a page is one's own. */}
        <video ref={video} autoplay muted playsInline />
        {refusal && <PermissionCard media={media} refusal={refusal} />}
        {!refusal && !(camera === 'on' && picture.value) && (
          <div class="preview-empty">
            <Icon name={camera === 'on' ? 'camera' : 'camera-off'} />
            <p>{previewText(camera, media.isOpening('camera'), words())}</p>
          </div>
        )}
        <div class="preview-buttons" hidden={refusal !== undefined}>
          {(['microphone', 'camera'] as const).map((kind) => (
            <DeviceButton
              key={kind}
              kind={kind}
              media={media}
              onClick={() => {
                press(kind);
              }}
            />
          ))}
        </div>
      </div>
      <Level stream={stream} on={media.microphone.value === 'on'} label={join.level} />
      <p class="hint" role="status">
        {refusal ? '' : media.hint.value}
      </p>
      <div class="choices">
        <Choice kind="camera" label={devices.camera} media={media} />
        <Choice kind="microphone" label={devices.microphone} media={media} />
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly kind: DeviceKind;
  readonly label: string;
  readonly media: LocalMedia;
}

function Choice({ kind, label, media }: ChoiceProps) {
  const { cameras, microphones } = media.devices.value;
  const devices = (kind === 'camera' ? cameras : microphones).filter(({ label: text }) => text !== '');
  if (devices.length === 0) return null;
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        aria-label={label}
        value={media.chosen(kind)}
        onChange={(event) => {
          void media.choose(kind, event.currentTarget.value);
        }}
      >
        {devices.map(({ id, label: text }) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function previewText(camera: DeviceState, opening: boolean, { join }: Words): string {
  if (opening) return join.cameraSought;
  switch (camera) {
    case 'on':
      return join.cameraStarts;
    case 'off':
      return join.cameraOff;
    case 'missing':
      return join.cameraMissing;
  }
}
