import { useEffect, useRef } from 'preact/hooks';
import type { Room } from '../../client/index.js';
import type { Call } from '../model/call.js';
import { useVoice } from './voice.js';

/** The sound of everybody else, also of those whose picture is on another page. Pictures themselves are silent. */
export function Sounds({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  return (
    <>
      <div class="sounds">
        {call.others.value.flatMap(({ picture, screenPicture }) =>
          [picture, screenPicture].map((each) => <Sound key={each} room={call.room} stream={each.stream} />),
        )}
      </div>
      {call.soundBlocked.value && (
        <button type="button" class="primary sound" onClick={() => void call.room.startAudio()}>
          {words().stage.turnOnSound}
        </button>
      )}
    </>
  );
}

interface SoundProps {
  readonly room: Room;
  readonly stream: MediaStream | undefined;
}

function Sound({ room, stream }: SoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    const tracks = stream?.getAudioTracks() ?? [];
    if (!element || tracks.length === 0) return undefined;
    // With the picture in it, the browser would decode that too.
    element.srcObject = new MediaStream(tracks);
    const letGo = room.play(element);
    return () => {
      letGo();
      element.srcObject = null;
    };
  }, [room, stream]);
  return <audio ref={audio} />;
}
