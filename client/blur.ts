import { asClientError } from './errors.js';
import { givenLike } from './given.js';

/** Whether the browser can blur what is behind the user of this camera, and whether pages may say so. */
export function canBlur(camera: MediaStreamTrack): boolean {
  givenLike(camera, '`camera`', 'getSettings');
  // Firefox has had no such method for long.
  if (!('getCapabilities' in camera)) return false;
  const { backgroundBlur = [] } = camera.getCapabilities();
  return backgroundBlur.includes(true) && backgroundBlur.includes(false);
}

/** Whether what is behind the user of this camera is blurred now. */
export function isBlurred(camera: MediaStreamTrack): boolean {
  return givenLike(camera, '`camera`', 'getSettings').getSettings().backgroundBlur ?? false;
}

/** Blurs what is behind the user of this camera, or shows it again. Rejects with `device-failed` where the browser cannot. */
export async function blur(camera: MediaStreamTrack, on: boolean): Promise<void> {
  givenLike(camera, '`camera`', 'applyConstraints', 'getConstraints');
  try {
    await camera.applyConstraints({ ...camera.getConstraints(), backgroundBlur: on });
  } catch (error) {
    throw asClientError(error, 'device-failed');
  }
}
