import { KurentoSocket } from '../../tools/kurento-socket.js';

/** Asks a media server directly which pipelines it holds. */
export async function pipelinesOf(mediaServerUrl: string): Promise<string[]> {
  const socket = await KurentoSocket.open(mediaServerUrl);
  try {
    return await socket.pipelines();
  } finally {
    await socket.close();
  }
}
