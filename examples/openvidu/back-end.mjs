/**
 * The back end of a page on openvidu-browser, as for a server of OpenVidu 2: it gives tokens. It serves the page too.
 *
 *   OPENVIDU_SECRET=… node examples/openvidu/back-end.mjs      open http://localhost:8090/ in two tabs
 *
 * OPENVIDU_URL is the address of the server (http://localhost:8080), PORT the port of this program (8090; 0 for a free one).
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { OpenVidu, OpenViduRole } from 'openvidu-node-client';

const { OPENVIDU_URL = 'http://localhost:8080', OPENVIDU_SECRET = '', PORT = '8090' } = process.env;
const openVidu = new OpenVidu(OPENVIDU_URL, OPENVIDU_SECRET);

const { resolve } = createRequire(import.meta.url);
const script = `${dirname(resolve('openvidu-browser/package.json'))}/static/js/openvidu-browser-2.32.2.min.js`;
const files = new Map([
  ['/', ['text/html; charset=utf-8', new URL('index.html', import.meta.url)]],
  ['/page.js', ['text/javascript', new URL('page.js', import.meta.url)]],
  ['/page.css', ['text/css', new URL('page.css', import.meta.url)]],
  ['/openvidu-browser.js', ['text/javascript', script]],
]);

/** A token for one visit. Here a back end asks who that is, and whether they may. */
async function tokenFor({ room }) {
  // With the name of a session that is there already, this is that session.
  const session = await openVidu.createSession({ customSessionId: room });
  const { token } = await session.createConnection({ role: OpenViduRole.PUBLISHER });
  return token;
}

async function jsonOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

const http = createServer(async (request, response) => {
  try {
    const [type, file] = files.get(request.url.split('?', 1)[0]) ?? [];
    if (request.method === 'POST' && request.url === '/token') {
      const token = await tokenFor(await jsonOf(request));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
    } else if (request.method === 'GET' && file) {
      response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    console.error(`No token: ${error.message}`);
    response.writeHead(502).end();
  }
});
http.listen(Number(PORT), 'localhost', () => {
  console.log(`The page is open: http://localhost:${http.address().port}/`);
});
