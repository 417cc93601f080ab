import { expect } from 'chai';
import type { VideoFilter } from '../../../media/port.js';
import { EndpointEvents } from '../../support/media-listeners.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';
import { error } from './scripted-server.js';

const hat: VideoFilter = {
  type: 'face-overlay',
  imageUrl: 'http://images.example/hat.png',
  placement: { offsetX: -0.35, offsetY: -1.2, width: 1.6, height: 1.6 },
};

/** Against a scripted server: none with filters can be had in a test. */
describe('kurento engine › filters', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(() => room.close());

  it('a face overlay is created in the pipeline, gets its image, and is connected by kind', async () => {
    const engine = await room.connect();
    const { pipeline, pipelineId, endpoint, endpointId } = await room.endpoint(engine);
    expect(pipeline.hasFilter('face-overlay'), 'the server names what it can create').to.be.true;
    expect(pipeline.hasFilter('marker')).to.be.false;
    const filter = await pipeline.createFilter(hat, new EndpointEvents());
    const filterId = room.newest();
    expect(room.server.received('create').at(-1)?.params).to.deep.include({
      type: 'FaceOverlayFilter',
      constructorParams: { mediaPipeline: pipelineId },
    });
    expect(room.server.received('setOverlayedImage').map(({ params }) => params.operationParams)).to.deep.equal([
      {
        uri: 'http://images.example/hat.png',
        offsetXPercent: -0.35,
        offsetYPercent: -1.2,
        widthPercent: 1.6,
        heightPercent: 1.6,
      },
    ]);
    await endpoint.connect(filter, 'video');
    await filter.connect(endpoint, 'video');
    expect(room.server.received('connect').map(({ params }) => [params.object, params.operationParams])).to.deep.equal([
      [endpointId, { sink: filterId, mediaType: 'VIDEO' }],
      [filterId, { sink: endpointId, mediaType: 'VIDEO' }],
    ]);
    filter.release();
    await until('it is released', () => !room.server.objects.has(filterId));
    expect(await codeOf(endpoint.connect(filter))).to.equal('released');
  });

  it('a marker filter, which the client package does not know, is created and set up', async () => {
    const engine = await room.connect();
    const { pipeline, pipelineId } = await room.endpoint(engine);
    await pipeline.createFilter(
      { type: 'marker', index: 0, imageUrl: 'http://images.example/logo.png' },
      new EndpointEvents(),
    );
    expect(room.server.received('create').at(-1)?.params).to.deep.include({
      type: 'ArMarkerdetector',
      constructorParams: { mediaPipeline: pipelineId },
    });
    expect(room.server.received('setOverlayImage').map(({ params }) => params.operationParams)).to.deep.equal([
      { overlayImage: 'http://images.example/logo.png' },
    ]);
  });

  it('one that cannot be set up is released, and the call fails', async () => {
    const engine = await room.connect();
    const { pipeline } = await room.endpoint(engine);
    const before = room.server.objects.size;
    room.server.on('setOverlayedImage', (request, _answer, socket) => {
      socket.send(JSON.stringify({ id: request.id, jsonrpc: '2.0', ...error(40001, 'MARSHALL_ERROR', 'no') }));
    });
    expect(await codeOf(pipeline.createFilter(hat, new EndpointEvents()))).to.equal('engine-error');
    await until('it is released', () => room.server.objects.size === before);
  });

  it('an element of GStreamer is created with its command; of its properties those are set that are new', async () => {
    const engine = await room.connect();
    const { pipeline, pipelineId, endpoint } = await room.endpoint(engine);
    const balance = (properties: Record<string, string>): VideoFilter => ({
      ...{ type: 'gstreamer', command: 'videobalance', properties },
    });
    const filter = await pipeline.createFilter(balance({ hue: '1' }), new EndpointEvents());
    const filterId = room.newest();
    expect(room.server.received('create').at(-1)?.params).to.deep.include({
      type: 'GStreamerFilter',
      constructorParams: { mediaPipeline: pipelineId, command: 'videobalance', filterType: 'VIDEO' },
    });
    await filter.change(balance({ hue: '1', saturation: '0.5' }));
    room.server.on('setElementProperty', (request, _answer, socket) => {
      socket.send(JSON.stringify({ id: request.id, jsonrpc: '2.0', ...error(40001, 'MARSHALL_ERROR', 'no') }));
    });
    expect(await codeOf(filter.change(balance({ hue: 'blue', saturation: '0.5' })))).to.equal('engine-error');
    const set = room.server.received('setElementProperty').map(({ params }) => [params.object, params.operationParams]);
    expect(set).to.deep.equal([
      [filterId, { propertyName: 'hue', propertyValue: '1' }],
      [filterId, { propertyName: 'saturation', propertyValue: '0.5' }],
      [filterId, { propertyName: 'hue', propertyValue: 'blue' }],
    ]);
    filter.release();
    expect(await codeOf(filter.change(balance({})))).to.equal('released');
    expect(await codeOf(endpoint.connect(filter))).to.equal('released');
  });

  it('a face overlay begins without an image, gets one, and loses it', async () => {
    const engine = await room.connect();
    const { pipeline } = await room.endpoint(engine);
    const filter = await pipeline.createFilter({ type: 'face-overlay' }, new EndpointEvents());
    expect(room.server.received('setOverlayedImage')).to.deep.equal([]);
    await filter.change(hat);
    await filter.change({ type: 'face-overlay' });
    expect(room.server.received('setOverlayedImage')).to.have.lengthOf(1);
    expect(room.server.received('unsetOverlayedImage')).to.have.lengthOf(1);
  });

  it('one that goes with its pipeline is over', async () => {
    const engine = await room.connect();
    const { pipeline, endpoint } = await room.endpoint(engine);
    const filter = await pipeline.createFilter(hat, new EndpointEvents());
    pipeline.release();
    expect(await codeOf(filter.connect(endpoint, 'video'))).to.equal('released');
  });
});
