import type { Client } from './client.js';
import type { Context } from './context.js';
import { askIceConfig } from './ice.js';
import { byName, fieldMapOf, roomDataReply } from './messages.js';
import type { FieldValues } from './options.js';

/**
 * Lets a program that embeds the server send messages to clients
 * (docs/protocols/easyrtc.md#7-what-the-server-sends-by-itself). A method does nothing for a client that has left.
 */
export class Control {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Sends a message without a sender, so pages take it as the server's. It may hold bytes. */
  say(easyrtcid: string, msgType: string, msgData: unknown): void {
    this.#find(easyrtcid)?.say({ msgType, msgData });
  }

  /** Tells a page to open another URL. */
  forwardToUrl(easyrtcid: string, url: string, { newWindow = false } = {}): void {
    const msgData = { forwardToUrl: { url }, ...(newWindow && { newWindow }) };
    this.#find(easyrtcid)?.command({ msgType: 'forwardToUrl', msgData });
  }

  /** Sends a client its ICE servers again, for example before their credentials expire. @throws the errors of the hook */
  async renewIceConfig(easyrtcid: string): Promise<void> {
    const client = this.#find(easyrtcid);
    if (!client) return;
    client.command({ msgType: 'iceConfig', msgData: { iceConfig: await askIceConfig(client, this.#context) } });
  }

  /** Sets the fields of a room. They are kept while a client of this protocol is in it. */
  setRoomFields(application: string, room: string, fields: FieldValues): void {
    const view = this.#context.applications.find(application)?.view(room);
    if (!view) return;
    view.fields = fields;
    const news = { roomName: room, roomStatus: 'update', field: fieldMapOf(fields) ?? {} } as const;
    for (const { client } of view.members.values()) client.command(roomDataReply(byName([[room, news]])));
  }

  /** Sets the fields of a session. They are kept while the session has clients. */
  setSessionFields(application: string, easyrtcsid: string, fields: FieldValues): void {
    const clients = this.#context.applications.find(application)?.setSessionFields(easyrtcsid, fields) ?? [];
    const news = { sessionStatus: 'update', field: fieldMapOf(fields) ?? {} } as const;
    for (const client of clients) {
      // Each client gets the id with the escapes it sent itself.
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
