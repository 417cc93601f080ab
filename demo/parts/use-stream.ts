import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * Plays the stream in the video. A video that is taken off the page lets go of it: otherwise it holds frames of the camera until it is
 * garbage, and Chromium's camera then gives two frames a second to everybody else.
 */
export function useStream(video: RefObject<HTMLVideoElement>, stream: MediaStream | undefined): void {
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    element.srcObject = stream ?? null;
    return () => {
      element.srcObject = null;
    };
  }, [video, stream]);
}
