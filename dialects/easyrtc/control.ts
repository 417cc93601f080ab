import type { Client } from './client.js';
import type { Context } from './context.js';
import { iceServersFor } from './ice.js';
import { byName, fieldMapOf, roomDataReply } from './messages.js';
import type { FieldValues } from './options.js';

/** What a program that embeds the server may tell clients unasked (EasyRTC §7). For a client that has gone, each method does nothing. */
export class Control {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** A message without a sender: pages take it as the server's. There may be bytes in it. */
  say(easyrtcid: string, msgType: string, msgData: unknown): void {
    this.#find(easyrtcid)?.say({ msgType, msgData });
  }

  /** Sends a page elsewhere. */
  forwardToUrl(easyrtcid: string, url: string, { newWindow = false } = {}): void {
    const msgData = { forwardToUrl: { url }, ...(newWindow && { newWindow }) };
    this.#find(easyrtcid)?.command({ msgType: 'forwardToUrl', msgData });
  }

  /** Sends a client its ICE servers anew, as before their credentials expire. @throws what the hook does */
  async renewIceConfig(easyrtcid: string): Promise<void> {
    const client = this.#find(easyrtcid);
    if (!client) return;
    const iceServers = await iceServersFor(client.visitor, this.#context);
    client.command({ msgType: 'iceConfig', msgData: { iceConfig: { iceServers } } });
  }

  /** For as long as a client of ours is in the room. */
  setRoomFields(application: string, room: string, fields: FieldValues): void {
    const view = this.#context.applications.find(application)?.view(room);
    if (!view) return;
    view.fields = fields;
    const news = { roomName: room, roomStatus: 'update', field: fieldMapOf(fields) ?? {} } as const;
    for (const { client } of view.members.values()) client.command(roomDataReply(byName([[room, news]])));
  }

  /** For as long as a client of that session is there. */
  setSessionFields(application: string, easyrtcsid: string, fields: FieldValues): void {
    const clients = this.#context.applications.find(application)?.setSessionFields(easyrtcsid, fields) ?? [];
    const news = { sessionStatus: 'update', field: fieldMapOf(fields) ?? {} } as const;
    for (const client of clients) {
      // Each reads the id as it gave it.
      const sessionData = { easyrtcsid: client.sessionId ?? easyrtcsid, ...news };
      client.command({ msgType: 'sessionData', msgData: { sessionData } });
    }
  }

  #find(easyrtcid: string): Client | undefined {
    for (const { clients } of this.#context.applications) {
      const client = clients.get(easyrtcid);
      if (client) return client;
    }
    return undefined;
  }
}
