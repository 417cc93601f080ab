import { expect } from 'chai';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { FilterImages } from '../../../media/kurento/filter-images.js';
import type { VideoFilter } from '../../../media/port.js';
import { EndpointEvents } from '../../support/media-listeners.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';
import { error } from './scripted-server.js';

const placement = { offsetX: 0, offsetY: 0, width: 1, height: 1 };

/** Against a scripted server: it shows what is asked of a KMS, in which order, and what a hang of its own does. */
describe('kurento engine › images of filters', () => {
  let room: ScriptedRoom;
  let web: Server;
  let asked: string[];

  beforeEach(async () => {
    room = new ScriptedRoom();
    asked = [];
    web = createServer((request, response) => {
      asked.push(request.url ?? '');
      answerImage(request, response);
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
  });
  afterEach(async () => {
    await room.close();
    web.closeAllConnections();
    web.close();
  });

  const at = (path: string): string => `http://127.0.0.1:${(web.address() as AddressInfo).port}${path}`;
  const hat = (path: string): VideoFilter => ({ type: 'face-overlay', imageUrl: at(path), placement });

  it('an image that the server can fetch is given to the media server, and is fetched once', async () => {
    const { pipeline } = await room.endpoint(await room.connect({ images: new FilterImages() }));
    await pipeline.createFilter(hat('/hat.png'), new EndpointEvents());
    await pipeline.createFilter(hat('/hat.png'), new EndpointEvents());
    await pipeline.createFilter(hat('/moved.png'), new EndpointEvents());
    expect(room.server.received('setOverlayedImage')).to.have.lengthOf(3);
    expect(asked).to.deep.equal(['/hat.png', '/moved.png', '/hat.png']);
  });

  for (const [what, path] of [
    ['is not there', '/missing.png'],
    ['is a page', '/page'],
    ['is empty', '/empty.png'],
    ['has no end', '/endless.png'],
    ['ends too early', '/cut.png'],
    ['is said to be on another host', '/elsewhere.png'],
    ['is redirected for ever', '/circle.png'],
  ] as const) {
    it(`an image that ${what} is refused before the media server hears of it`, async () => {
      const { pipeline } = await room.endpoint(await room.connect({ images: new FilterImages() }));
      const before = room.server.requests.length;
      expect(await codeOf(pipeline.createFilter(hat(path), new EndpointEvents()))).to.equal('engine-error');
      expect(room.server.requests).to.have.lengthOf(before);
    });
  }

  it('an image that hangs is refused in time, and all other calls go on meanwhile', async () => {
    const { pipeline, endpoint } = await room.endpoint(
      await room.connect({ images: new FilterImages({ maxMs: 300 }) }),
    );
    const refused = codeOf(pipeline.createFilter(hat('/hangs.png'), new EndpointEvents()));
    await until('it is asked for', () => asked.length === 1);
    await endpoint.answer('v=0');
    expect(await refused).to.equal('engine-error');
    expect(room.server.received('setOverlayedImage')).to.be.empty;
  });

  it('filters of one media server are set up one after another', async () => {
    const { pipeline, endpoint } = await room.endpoint(await room.connect());
    const waiting: (() => void)[] = [];
    room.server.on('setOverlayedImage', (_request, answer) => waiting.push(answer));
    const filters = [1, 2].map(() => pipeline.createFilter(hat('/hat.png'), new EndpointEvents()));
    await until('the first is asked for', () => waiting.length === 1);
    await endpoint.answer('v=0');
    expect(waiting, 'the second waits').to.have.lengthOf(1);
    waiting[0]?.();
    await until('the second is asked for', () => waiting.length === 2);
    waiting[1]?.();
    await Promise.all(filters);
  });

  it('an image over which the media server hangs is not given to it again for a while', async () => {
    const engine = await room.connect({ images: new FilterImages(), requestTimeoutMs: 300 });
    const { pipeline } = await room.endpoint(engine);
    room.server.on('setOverlayedImage', () => undefined);
    expect(await codeOf(pipeline.createFilter(hat('/hat.png'), new EndpointEvents()))).to.equal('timeout');
    expect(await codeOf(pipeline.createFilter(hat('/hat.png'), new EndpointEvents()))).to.equal('engine-error');
    expect(room.server.received('setOverlayedImage')).to.have.lengthOf(1);
  });

  it('a filter whose image the media server reports as failed is released, and the call fails', async () => {
    const { pipeline } = await room.endpoint(await room.connect());
    const before = room.server.objects.size;
    room.server.on('setOverlayedImage', ({ params }, answer) => {
      room.server.event(params.object ?? '', 'Error', { description: 'no image', errorCode: 1, type: 'SCRIPTED' });
      answer();
    });
    expect(await codeOf(pipeline.createFilter(hat('/hat.png'), new EndpointEvents()))).to.equal('engine-error');
    await until('it is released', () => room.server.objects.size === before);
  });

  it('a marker that has no image afterwards has failed; a media server that does not tell is believed', async () => {
    const { pipeline } = await room.endpoint(await room.connect());
    const marker: VideoFilter = { type: 'marker', index: 0, imageUrl: at('/hat.png') };
    const answerWith = (answer: object) => {
      room.server.on('getOverlayImage', ({ id }, _answer, socket) => {
        socket.send(JSON.stringify({ id, jsonrpc: '2.0', ...answer }));
      });
    };
    answerWith({ result: { value: '' } });
    expect(await codeOf(pipeline.createFilter(marker, new EndpointEvents()))).to.equal('engine-error');
    answerWith(error(40008, 'MALFORMED_TRANSACTION', "Method 'getOverlayImage' with 0 parameters not found"));
    await pipeline.createFilter(marker, new EndpointEvents());
  });
});

function answerImage({ url, headers }: IncomingMessage, response: ServerResponse): void {
  const image = (length?: number): ServerResponse =>
    response.writeHead(200, { 'Content-Type': 'image/png', ...(length !== undefined && { 'Content-Length': length }) });
  switch (url) {
    case '/hat.png':
      image().end('PNG');
      return;
    case '/moved.png':
      response.writeHead(302, { Location: '/hat.png' }).end();
      return;
    case '/elsewhere.png':
      response
        .writeHead(302, { Location: `http://localhost:${(headers.host ?? '').split(':')[1] ?? ''}/hat.png` })
        .end();
      return;
    case '/circle.png':
      response.writeHead(302, { Location: '/circle.png' }).end();
      return;
    case '/page':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
      return;
    case '/empty.png':
      image(0).end();
      return;
    case '/cut.png':
      image(100).write('PNG', () => response.destroy());
      return;
    case '/endless.png': {
      image();
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
      return;
    }
    case '/hangs.png':
      return;
    default:
      response.writeHead(404).end();
  }
}
