import { useEffect, useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { words } from '../words/words.js';

/** The sound of everybody else, also of those whose picture is on another page. Pictures themselves are silent. */
export function Sounds({ call }: { readonly call: Call }) {
  const frame = useRef<HTMLDivElement>(null);
  const turnOn = (): void => {
    call.soundBlocked.value = false;
    for (const sound of frame.current?.querySelectorAll('audio') ?? []) void sound.play();
  };
  const blocked = (): void => {
    call.soundBlocked.value = true;
  };
  return (
    <>
      <div class="sounds" ref={frame}>
        {call.others.value.flatMap(({ picture, screenPicture }) =>
          [picture, screenPicture].map((each) => <Sound key={each} stream={each.stream} blocked={blocked} />),
        )}
      </div>
      {call.soundBlocked.value && (
        <button type="button" class="primary sound" onClick={turnOn}>
          {words().stage.turnOnSound}
        </button>
      )}
    </>
  );
}

interface SoundProps {
  readonly stream: MediaStream | undefined;
  /** The browser wants a click first. */
  readonly blocked: () => void;
}

function Sound({ stream, blocked }: SoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    const tracks = stream?.getAudioTracks() ?? [];
    if (!element || tracks.length === 0) return undefined;
    // With the picture in it, the browser would decode that too.
    element.srcObject = new MediaStream(tracks);
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') blocked();
    });
    return () => {
      element.srcObject = null;
    };
  }, [stream]);
  return <audio ref={audio} />;
}
