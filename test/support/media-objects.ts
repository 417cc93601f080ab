import { WebSocket } from 'ws';
import { z } from 'zod';

const answerSchema = z.object({ result: z.object({ value: z.array(z.string()) }) });

/** Asks a media server which pipelines it holds (Kurento media protocol §5), past everything that is under test. */
export async function pipelinesOf(mediaServerUrl: string): Promise<string[]> {
  const socket = new WebSocket(mediaServerUrl);
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        resolve(data.toString());
      });
      socket.on('open', () => {
        const params = { object: 'manager_ServerManager', operation: 'getPipelines', operationParams: {} };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'invoke', params }));
      });
    });
    return answerSchema.parse(JSON.parse(answer)).result.value.filter((id) => id !== '');
  } finally {
    socket.terminate();
  }
}
