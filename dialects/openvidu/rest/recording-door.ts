import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Doors } from '../../../transport/doors.js';
import { callerOf } from '../../../transport/gate/caller.js';
import { networkOf } from '../../../transport/gate/network.js';
import type { OvRecordings } from '../recordings/ov-recordings.js';
import { zipLength, zipOf } from '../recordings/zip.js';
import type { BackEndLogin } from './back-end-login.js';
import { send } from './http-door.js';
import { Refusal, notFound, refusalOf } from './refusal.js';

const path = '/openvidu/recordings';

/** Serves recordings that are ready, as one archive each. @param login undefined: everybody may fetch them */
export function openRecordingDoor(
  doors: Pick<Doors, 'mount'>,
  recordings: Pick<OvRecordings, 'files'>,
  login: BackEndLogin | undefined,
  onDefect: (error: unknown) => void,
): void {
  doors.mount(path, (request, response) => {
    serve(request, response, recordings, login).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (!refusal && !response.headersSent) onDefect(error);
      // Half of an answer: the client sees that the rest is missing.
      if (response.headersSent) response.destroy();
      else {
        const { status, message, headers } = refusal ?? new Refusal(500, 'The server failed to answer');
        send(response, { status, headers: { ...headers }, text: message });
      }
    });
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  recordings: Pick<OvRecordings, 'files'>,
  login: BackEndLogin | undefined,
): Promise<void> {
  const { method = 'GET', headers, url = '' } = request;
  if (method !== 'GET' && method !== 'HEAD')
    throw new Refusal(405, 'There are GET and HEAD here', { Allow: 'GET, HEAD' });
  login?.check(headers.authorization, networkOf(callerOf(request).address));
  const [, id = '', name = ''] = /^\/([\w~-]+)\/([\w~-]+\.zip)$/.exec(decoded(url)) ?? [];
  const files = await recordings.files(id, name);
  const length = zipLength(files);
  if (length === undefined)
    throw new Refusal(500, 'The recording is too large for one archive: RECORDINGS_DIR has its files');
  response.writeHead(200, {
    'Content-Type': 'application/zip',
    'Content-Length': length,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'private, no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  if (method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(zipOf(files), response);
}

/** Below the path of the door. @throws Refusal 404 */
function decoded(url: string): string {
  try {
    return decodeURIComponent((url.split('?', 1)[0] ?? '').slice(path.length));
  } catch {
    throw notFound('There is no such recording');
  }
}
