import { marksIn } from '../../media/kurento/owner.js';
import type { Marks } from '../../media/kurento/owner.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { until } from './until.js';

/** Asks a media server directly which pipelines it holds. */
export async function pipelinesOf(mediaServerUrl: string): Promise<string[]> {
  return asked(mediaServerUrl, (socket) => socket.pipelines());
}

/** Whose pipelines they are, and which servers show that they live there. */
export async function marksOf(mediaServerUrl: string): Promise<Marks> {
  return asked(mediaServerUrl, async (socket) => marksIn(await socket.invoke('manager_ServerManager', 'getTags')));
}

async function asked<Answer>(mediaServerUrl: string, ask: (socket: KurentoSocket) => Promise<Answer>): Promise<Answer> {
  const socket = await KurentoSocket.open(mediaServerUrl);
  try {
    return await ask(socket);
  } finally {
    await socket.close();
  }
}

/** After each test of a `describe`, the media servers hold no pipeline that they did not hold before. Others may use them too. */
export function expectNoPipelineLeft(urls: () => readonly string[], patienceMs: number): void {
  const held = async (): Promise<string[]> => (await Promise.all(urls().map(pipelinesOf))).flat();
  let before: ReadonlySet<string> = new Set();
  beforeEach('what the media servers hold already', async () => {
    before = new Set(await held());
  });
  afterEach('everybody is gone, and the media servers hold nothing more than before', async () => {
    await until('no pipeline is left', async () => (await held()).every((id) => before.has(id)), patienceMs);
  });
}
