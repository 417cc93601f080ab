const intervalMs = 500;
const sampleWidth = 16;
const sampleHeight = 9;
/** Of 255. A camera that was turned off sends frames of pure black; the darkest room is brighter somewhere. */
const blackLuma = 10;

/**
 * Tells whether a video shows a picture: frames have come, and they are not black all over. The room protocol cannot say
 * "my camera is off", so the picture is examined. Returns a function that ends the watch.
 */
export function watchPicture(video: HTMLVideoElement, changed: (shows: boolean) => void): () => void {
  const canvas = document.createElement('canvas');
  canvas.width = sampleWidth;
  canvas.height = sampleHeight;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let shown: boolean | undefined;
  const look = () => {
    const shows = showsPicture(video, context);
    if (shows !== shown) changed(shows);
    shown = shows;
  };
  const timer = setInterval(look, intervalMs);
  video.addEventListener('loadeddata', look);
  look();
  return () => {
    clearInterval(timer);
    video.removeEventListener('loadeddata', look);
  };
}

function showsPicture(video: HTMLVideoElement, context: CanvasRenderingContext2D | null): boolean {
  if (video.videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
  if (!context) return true;
  context.drawImage(video, 0, 0, sampleWidth, sampleHeight);
  const { data } = context.getImageData(0, 0, sampleWidth, sampleHeight);
  return data.some((value, index) => index % 4 !== 3 && value > blackLuma);
}
