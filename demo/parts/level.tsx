import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { LevelMeter } from '../../client/index.js';

export interface LevelProps {
  readonly stream: MediaStream | undefined;
  readonly on: boolean;
  readonly label: string;
}

/** Shows the level of the microphone. */
export function Level({ stream, on, label }: LevelProps) {
  const level = useSignal(-100);
  useEffect(() => {
    if (!on || !stream || stream.getAudioTracks().length === 0) return undefined;
    const meter = new LevelMeter(stream);
    const timer = setInterval(() => (level.value = meter.level), 100);
    return () => {
      clearInterval(timer);
      meter.close();
      level.value = -100;
    };
  }, [stream, on, level]);
  // From a quiet room to loud speech.
  const share = Math.min(1, Math.max(0, (level.value + 65) / 55));
  return (
    <div
      class="level"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <span style={{ transform: `scaleX(${share.toFixed(2)})` }} />
    </div>
  );
}
