import { expect } from 'chai';
import { PipelineEvents } from '../../support/media-listeners.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';

describe('kurento engine › the audio of the loudest', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(async () => {
    await room.close();
  });

  const asked = (): unknown[] =>
    room.server.requests.flatMap(({ params }) =>
      params.operation === 'setAudioLastN' ? [params.operationParams] : [],
    );

  it('is asked of a media server that has it, and again when it could not be reached', async () => {
    room.server.capabilities = ['transactions', 'audioLastN'];
    const engine = await room.connect();
    const { pipeline } = await room.endpoint(engine);
    expect(engine.abilities.audioLastN).to.equal(true);
    pipeline.setAudioLastN?.(3);
    await until('it is asked', () => asked().length === 1);
    room.server.on('setAudioLastN', () => {
      room.server.off('setAudioLastN');
      room.server.drop();
    });
    pipeline.setAudioLastN?.(5);
    await until('it is asked again', () => asked().length === 3);
    expect(asked()).to.deep.equal([{ audioLastN: 3 }, { audioLastN: 5 }, { audioLastN: 5 }]);
  });

  it('is not asked of a Kurento Media Server, which hears nothing', async () => {
    const engine = await room.connect();
    const pipeline = await engine.openPipeline(new PipelineEvents());
    pipeline.setAudioLastN(3);
    await pipeline.createEndpoint(
      {},
      { candidateFound: () => undefined, failed: () => undefined, mediaLost: () => undefined },
    );
    expect([engine.abilities.audioLastN, asked()]).to.deep.equal([false, []]);
  });
});
