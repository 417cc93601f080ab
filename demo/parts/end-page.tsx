import { useEffect, useRef } from 'preact/hooks';
import { durationText, type Departure } from '../model/departure.js';
import { explainEnd } from '../model/explain.js';
import { useVoice } from './voice.js';
import { Brand, Icon } from './icon.js';

export interface EndPageProps {
  readonly departure: Departure;
  readonly rejoin: (departure: Departure) => void;
  readonly goToNewRoom: () => void;
}

/** The user is out of the room, and camera and microphone are off. */
export function EndPage({ departure, rejoin, goToNewRoom }: EndPageProps) {
  const { words, language } = useVoice();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = 'Atrium';
    heading.current?.focus();
  }, [departure]);
  const { end, join } = words();
  const { reason, details, wish, room, lastedMs } = departure;
  const { title, text, mayGoOn, mayRejoin } = explainEnd(reason, details, room, words());
  const lasted = durationText(lastedMs, language);
  return (
    <main class="end-page">
      <Brand />
      <div class={reason === 'left' ? 'end-card calm' : 'end-card'}>
        <Icon name="leave" />
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {text !== '' && <p>{text}</p>}
        {lasted !== '' && mayGoOn && <p>{end.lasted(lasted)}</p>}
        {mayGoOn && (
          <div class="end-buttons">
            {mayRejoin && (
              <button
                type="button"
                class="primary"
                onClick={() => {
                  rejoin(departure);
                }}
              >
                {end.rejoin}
              </button>
            )}
            {/* A token is for one room. */}
            {wish.token === '' && (
              <button type="button" class={mayRejoin ? 'secondary' : 'primary'} onClick={goToNewRoom}>
                {join.newRoom}
              </button>
            )}
          </div>
        )}
        <p class="person-note">{end.devicesOff}</p>
      </div>
    </main>
  );
}
