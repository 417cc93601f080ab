import type { VideoFilter } from '../media/port.js';

/** Whether an element that does the one can do the other, so that media passes on meanwhile (`FilterElement.change`). */
export function canBecome(former: VideoFilter, next: VideoFilter): boolean {
  if (former.type === 'face-overlay') return next.type === 'face-overlay';
  if (former.type !== 'gstreamer' || next.type !== 'gstreamer' || former.command !== next.command) return false;
  return Object.keys(former.properties).every((name) => Object.hasOwn(next.properties, name));
}
