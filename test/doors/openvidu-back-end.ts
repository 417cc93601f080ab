import { ask } from './line.js';

/** Of the stage's server, for the back end of OpenVidu's pages. */
export const openViduSecret = 'OF-THE-BACK-END';

const headers = {
  authorization: `Basic ${Buffer.from(`OPENVIDUAPP:${openViduSecret}`).toString('base64')}`,
  'content-type': 'application/json',
};

/** A token for a session, which is made unless it is there. @param host as 127.0.0.1:8080 */
export async function openViduToken(host: string, session: string, more: object = {}): Promise<string> {
  const api = `http://${host}/openvidu/api`;
  await ask(`${api}/sessions`, headers, JSON.stringify({ customSessionId: session }));
  const { status, body } = await ask(`${api}/sessions/${session}/connection`, headers, JSON.stringify(more));
  if (status !== 200) throw new Error(`no token for ${session}: ${status} ${body}`);
  return (JSON.parse(body) as { readonly token: string }).token;
}
