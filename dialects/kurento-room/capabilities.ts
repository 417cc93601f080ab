import { z } from 'zod';
import type { Room } from '../../rooms/index.js';

/** What the media server of a room can do, as joinRoom answers it with the feature `quality`. */
export const capabilitiesSchema = z.object({
  simulcast: z.boolean().meta({ description: 'Whether a picture may be sent in several sizes' }),
  layers: z.int().meta({ description: 'How many sizes there may be' }),
  pause: z.boolean().meta({ description: 'Whether setSubscription stops sound and picture' }),
  iceRestart: z.boolean().meta({ description: 'Whether restartIce can move a stream to another network' }),
  activeSpeaker: z
    .enum(['server', 'clients', 'none'])
    .meta({ description: 'Who finds out who speaks: the server, or the clients, which say so' }),
  lastN: z.boolean().meta({ description: 'Whether a client may have the video of the latest speakers alone' }),
  audioLastN: z
    .boolean()
    .meta({ description: 'Whether a room may have the audio of the loudest alone (`audioLastN` of updateRoom)' }),
  recording: z.boolean().meta({ description: 'Whether the server records, where somebody may' }),
});

export function capabilitiesOf({ abilities, canRecord }: Room): z.output<typeof capabilitiesSchema> {
  const activeSpeaker = abilities.activeSpeaker === 'server' ? 'server' : 'clients';
  return { ...abilities, activeSpeaker, lastN: true, recording: canRecord };
}
