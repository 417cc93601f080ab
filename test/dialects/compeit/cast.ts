import type { GivenConfig } from '../../../src/config.js';
import { RpcClient } from '../../support/rpc-client.js';
import { Page } from './page.js';
import type { Transport } from './page.js';
import { useStage } from './stage.js';
import type { CompeitStage } from './stage.js';

export const offer = 'v=0 offer';

export interface Cast {
  readonly stage: CompeitStage;
  /** A page that is in a room. */
  readonly join: (name: string, room?: unknown, transport?: Transport) => Promise<Page>;
  /** A client of the room protocol in the same room. */
  readonly joinNext: (user: string, room?: string) => Promise<RpcClient>;
  /** @returns the result */
  readonly ask: (peer: RpcClient, method: string, params: object) => Promise<unknown>;
  /** @returns the params */
  readonly notified: (peer: RpcClient, method: string) => Promise<unknown>;
  readonly sending: (page: Page) => Promise<void>;
  readonly receiving: (page: Page, sender: number) => Promise<void>;
}

/** The clients in the tests of one `describe`. After each test all are disconnected, and nothing may remain. */
export function useCast(options: GivenConfig = {}): Cast {
  const peers: RpcClient[] = [];
  // Runs before the stage checks that nothing remains.
  afterEach(async () => {
    for (const peer of peers.splice(0)) {
      peer.send({ jsonrpc: '2.0', id: 'bye', method: 'leaveRoom' });
      await peer.take(({ id }) => id === 'bye');
      peer.cut();
    }
  });
  const { stage, pages } = useStage(options);
  const cast: Cast = {
    stage,
    join: async (name, room = 17, transport = 'websocket') => {
      const page = await Page.connect(stage.url, transport, `name=${name}`);
      pages.push(page);
      await page.join(room);
      return page;
    },
    joinNext: async (user, room = '17') => {
      const peer = await RpcClient.connect(`${stage.url}/`);
      peers.push(peer);
      await cast.ask(peer, 'joinRoom', { user, room });
      return peer;
    },
    ask: async (peer, method, params) => (await peer.call(method, params)).result,
    notified: (peer, method) => peer.notified(method),
    sending: async (page) => {
      page.kurento('send_start', { offerSdp: offer });
      await page.take('server_message', 'send_started');
    },
    receiving: async (page, sender) => {
      page.kurento('receive_start', { offerSdp: offer, sender });
      await page.take('server_message', 'receive_started');
    },
  };
  return cast;
}
