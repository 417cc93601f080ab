import { flag, group, milliseconds, option } from '../../options/option.js';
import type { Output } from '../../options/option.js';

/** Options for encoders that publish over WHIP, and players that receive over WHEP. */
export const whipOptions = group('whip', {
  enabled: flag(true, 'Whether encoders may publish over WHIP, and players receive over WHEP.'),
  gatherMs: option(
    milliseconds,
    2_000,
    'ms',
    'How long an answer waits for the addresses of the media server. Those that come later are told to nobody.',
  ),
  firstMediaMs: option(
    milliseconds,
    15_000,
    'ms',
    'A client that sends nothing for so long after it was answered leaves the room. A player has to connect in that time.',
  ),
  lostAfterMs: option(
    milliseconds,
    30_000,
    'ms',
    'How long the connection of a client may be down before it leaves the room.',
  ),
});

export type WhipSettings = Output<typeof whipOptions>;
