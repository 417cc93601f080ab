/**
 * Serves the page of an example, since browsers give cameras and modules to no page that is a file.
 *
 *   node examples/serve-page.mjs call [PORT]      PORT: 8090; 0 for a free one
 *
 * ATRIUM is the address of the room server that the page is to use (http://localhost:8080).
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';

const [example = '', port = '8090'] = process.argv.slice(2);
const { ATRIUM: server = 'http://localhost:8080' } = process.env;
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript' };
const folder = new URL(`./${example}/`, import.meta.url);

const files = new Map();
for (const name of readdirSync(folder)) {
  const type = types[name.split('.').at(-1)];
  if (!type) continue;
  const text = readFileSync(new URL(name, folder), 'utf8').replaceAll('http://localhost:8080', server);
  files.set(name === 'index.html' ? '/' : `/${name}`, { type, text });
}

const http = createServer((request, response) => {
  const file = files.get((request.url ?? '/').split('?', 1)[0]);
  if (file) response.writeHead(200, { 'content-type': file.type }).end(file.text);
  else response.writeHead(404).end();
});
http.listen(Number(port), 'localhost', () => {
  process.stdout.write(`The page is open: http://localhost:${http.address().port}/\n`);
});
