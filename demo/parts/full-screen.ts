import { ownTree } from './own-tree.js';

/** Shows the element on the whole screen, or ends that. Phones that know it for videos only show its video. */
export function toggleFullScreen(element: HTMLElement): void {
  if (ownTree(element).fullscreenElement) {
    void document.exitFullscreen().catch(() => undefined);
    return;
  }
  if (document.fullscreenEnabled) {
    // The page around a call may forbid it.
    void element.requestFullscreen().catch(() => undefined);
    return;
  }
  const video = element.querySelector('video');
  const enter: unknown = video && Reflect.get(video, 'webkitEnterFullscreen');
  if (typeof enter === 'function') enter.call(video);
}
