import { label, setIcon } from './dom.js';
import type { Device, LocalMedia } from './local-media.js';

const words = {
  camera: { icon: 'camera', on: 'Turn camera off', off: 'Turn camera on', missing: 'No camera: try again' },
  microphone: { icon: 'mic', on: 'Mute microphone', off: 'Unmute microphone', missing: 'No microphone: try again' },
} as const;

/** A button that shows whether a device is on, and toggles it; where the device is missing, `findAgain` is called. */
export function bindDeviceButton(
  button: HTMLButtonElement,
  device: Device,
  media: LocalMedia,
  findAgain: () => void,
): void {
  const show = () => {
    const state = media.state(device);
    setIcon(button, state === 'on' ? words[device].icon : `${words[device].icon}-off`);
    label(button, words[device][state]);
    button.setAttribute('aria-pressed', String(state === 'on'));
    button.dataset.state = state;
    button.disabled = media.opening;
  };
  button.addEventListener('click', () => {
    if (media.state(device) === 'missing') findAgain();
    else media.toggle(device);
  });
  media.onChange(show);
  show();
}
