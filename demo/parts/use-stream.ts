import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * Shows the pictures of the stream in the video, without its sound: Chromium would decode that a hundred times a second for a muted video
 * too. A video that is taken off the page lets go of them: otherwise it holds frames of the camera until it is garbage, and Chromium's
 * camera then gives two frames a second to everybody else.
 */
export function useStream(video: RefObject<HTMLVideoElement>, stream: MediaStream | undefined): void {
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    const pictures = stream?.getVideoTracks() ?? [];
    element.srcObject = pictures.length > 0 ? new MediaStream(pictures) : null;
    return () => {
      element.srcObject = null;
    };
  }, [video, stream]);
}
