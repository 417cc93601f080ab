/** Whether the browser can blur what is behind the user of this camera, and whether pages may say so. */
export function canBlur(camera: MediaStreamTrack): boolean {
  // Firefox has had no such method for long.
  if (!('getCapabilities' in camera)) return false;
  const { backgroundBlur = [] } = camera.getCapabilities();
  return backgroundBlur.includes(true) && backgroundBlur.includes(false);
}

export function isBlurred(camera: MediaStreamTrack): boolean {
  return camera.getSettings().backgroundBlur ?? false;
}

/** Rejects with the browser's own error where it cannot. */
export async function blur(camera: MediaStreamTrack, on: boolean): Promise<void> {
  await camera.applyConstraints({ ...camera.getConstraints(), backgroundBlur: on });
}
