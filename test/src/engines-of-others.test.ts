import { expect } from 'chai';
import { announcedUrl, announcementOf, ownLogin, sharedLogin, withLogin } from '../../src/engine-login.js';
import { EnginesOfOthers } from '../../src/engines-of-others.js';
import { Placement } from '../../media/placement.js';
import { FakeServer } from '../support/fake-server.js';
import { PipelineEvents } from '../support/media-listeners.js';
import { RecordingLog } from '../support/recording-log.js';

const clusterSecret = 'a secret of nodes, for tests alone';

class Engine extends FakeServer {
  isClosed = false;

  connect(): Promise<void> {
    return Promise.reject(new Error('it is not there yet'));
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('Engines of other nodes', () => {
  const url = 'ws://10.0.0.7:4711/kurento';
  const announce = (): string => announcementOf(withLogin(url, sharedLogin(clusterSecret)), clusterSecret) ?? '';

  it('have passwords that nodes make from their secret, and nobody else can read', () => {
    const known = withLogin(url, sharedLogin(clusterSecret));
    const announcement = announcementOf(known, clusterSecret) ?? '';
    expect(announcement).to.match(/^ws:\/\/[\w-]{43}@10\.0\.0\.7:4711\/kurento$/);
    expect(announcement).not.to.include(new URL(known).password);
    expect(announcedUrl(announcement, clusterSecret)).to.equal(known);
    expect(announcedUrl(announcement, 'another secret, as long as the first')).not.to.equal(known);
    for (const wrong of ['', url, 'http://user@10.0.0.7/', 'ws://']) {
      expect(announcedUrl(wrong, clusterSecret), wrong).to.equal(undefined);
    }
    expect(announcementOf(withLogin(url, ownLogin()), clusterSecret), 'one that others cannot use').to.equal(undefined);
  });

  it('are used for what they carry already, and left once they carry nothing and nobody names them', async () => {
    let now = 0;
    const engines: Engine[] = [];
    const placement = new Placement({ engines: [new FakeServer('ws://own')], log: new RecordingLog() });
    const others = new EnginesOfOthers({
      ...{ clusterSecret, placement, now: () => now },
      engineAt: () => {
        const engine = new Engine(url);
        engines.push(engine);
        return engine;
      },
    });
    const named = [announce()];
    others.look([...named, 'no URL']);
    others.look(named);
    expect(placement.servers.map((server) => server.url)).to.deep.equal(['ws://own', url]);
    const [engine] = engines;
    if (!engine) throw new Error('there is an engine');
    await placement.openPipeline(new PipelineEvents(), 'r');
    expect([engine.pipelines.size, others.used.length], 'nothing new is opened there').to.deep.equal([0, 0]);
    expect(placement.at(url), 'where a record says that it is there').to.equal(engine);
    engine.load.pipelines = 1;
    now += 600_000;
    others.look([]);
    expect(others.used).to.deep.equal(named);
    engine.load.pipelines = 0;
    others.look([]);
    now += 59_999;
    others.look([]);
    expect(engine.isClosed).to.equal(false);
    now += 1;
    others.look([]);
    expect([engine.isClosed, placement.at(url)]).to.deep.equal([true, undefined]);
  });

  it('are others when they were started anew at the same address', async () => {
    const engines: Engine[] = [];
    const placement = new Placement({ engines: [], log: new RecordingLog() });
    const others = new EnginesOfOthers({
      ...{ clusterSecret, placement, now: () => 0 },
      engineAt: () => {
        const engine = new Engine(url);
        engines.push(engine);
        return engine;
      },
    });
    for (const announcement of [announce(), announce()]) others.look([announcement]);
    expect(engines.map(({ isClosed }) => isClosed)).to.deep.equal([true, false]);
    await others.close();
    expect(engines.every(({ isClosed }) => isClosed)).to.equal(true);
    expect(placement.servers).to.deep.equal([]);
  });
});
