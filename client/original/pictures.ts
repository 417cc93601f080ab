/** Characters of a name that are shown. */
const longestName = 16;

/** The elements of a stream, under the ids that styles and scripts of old pages know (original browser library: Stream). */
export function videoFor(globalId: string, muted: boolean): HTMLVideoElement {
  const video = document.createElement('video');
  video.id = `native-video-${globalId}`;
  video.autoplay = true;
  video.playsInline = true;
  video.muted = muted;
  return video;
}

export function playThumbnail(globalId: string, name: string): HTMLDivElement {
  const container = division('participant', globalId);
  const plate = division('name', `name-${globalId}`);
  plate.title = globalId;
  plate.textContent = name.length > longestName ? `${name.slice(0, longestName)}...` : name;
  const progress = division('', `progress-${globalId}`);
  progress.setAttribute('role', 'progressbar');
  container.append(plate, progress);
  return container;
}

function division(className: string, id: string): HTMLDivElement {
  const element = document.createElement('div');
  element.className = className;
  element.id = id;
  return element;
}
