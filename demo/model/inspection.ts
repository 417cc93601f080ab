import type { ConnectionStatistics, Room } from '../../client/index.js';

/** The state of the call as plain data, for tests and for the browser's console: `await atrium.inspect()`. */
export interface Inspection {
  readonly joined: boolean;
  readonly sent: ConnectionStatistics | undefined;
  readonly received: readonly Received[];
}

export interface Received {
  readonly participant: string;
  readonly statistics: ConnectionStatistics | undefined;
  readonly video: { readonly width: number; readonly height: number; readonly currentTime: number } | undefined;
}

/** @param shown what shows the call */
export async function inspect(room: Room | undefined, shown: ParentNode): Promise<Inspection> {
  const participants = [...(room?.participants.values() ?? [])];
  const received = participants.map(async ({ id, publications }) => {
    const [publication] = publications.values();
    return { participant: id, statistics: await publication?.subscription?.statistics(), video: videoOf(id, shown) };
  });
  return {
    joined: room?.joined ?? false,
    sent: await room?.localPublication?.statistics(),
    received: await Promise.all(received),
  };
}

function videoOf(participant: string, shown: ParentNode): Received['video'] {
  const tile = shown.querySelector(`[data-participant="${CSS.escape(participant)}"]`);
  const video = tile?.querySelector('video');
  return video ? { width: video.videoWidth, height: video.videoHeight, currentTime: video.currentTime } : undefined;
}
