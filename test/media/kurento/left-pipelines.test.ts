import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { MediaError } from '../../../media/errors.js';
import { KurentoEngine } from '../../../media/kurento/engine.js';
import type { KurentoEngineOptions } from '../../../media/kurento/engine.js';
import { creation, showingLife } from '../../../media/kurento/owner.js';
import type { Owner, PipelineMark } from '../../../media/kurento/owner.js';
import { isRunning, processMark, thisProcess } from '../../../process-mark.js';
import type { ProcessMark } from '../../../process-mark.js';
import { transactionOf } from '../../../media/kurento/transaction.js';
import { factsOf, recordOf } from '../../../media/media-record.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { marksOf } from '../../support/media-objects.js';
import { testProgram } from '../../support/programs.js';
import { RecordingLog } from '../../support/recording-log.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { startingMs } from '../media-stage.js';
import { ScriptedRoom } from './scripted-room.js';

/** Beats are short here; what the tests wait for are the numbers of them. */
const owner = { name: 'one', beatMs: 100, stillBeats: 5 };

describe('kurento engine › pipelines that a killed server has left, at the embedded engine', function () {
  this.timeout(startingMs);
  let server: EmbeddedEngine;
  let stranger: KurentoSocket;
  let engines: KurentoEngine[];
  let log: RecordingLog;

  before(async () => {
    server = await EmbeddedEngine.start();
  });

  after(() => server.stop());

  beforeEach(async () => {
    engines = [];
    log = new RecordingLog();
    stranger = await KurentoSocket.open(server.url);
  });

  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
    for (const id of await stranger.pipelines()) await stranger.value('release', { object: id });
    await stranger.close();
  });

  async function engine(options: Partial<KurentoEngineOptions> = {}): Promise<KurentoEngine> {
    const made = new KurentoEngine({ url: server.url, owner, log, ...options });
    engines.push(made);
    await made.connect();
    return made;
  }

  /** What a server of another machine leaves: a life that shows nothing any more, and a pipeline. Resolves with its id. */
  async function leave(left: Owner, node?: string): Promise<string> {
    await stranger.value('transaction', transactionOf(showingLife(left, 1, node)));
    await stranger.value('transaction', transactionOf(creation(left)));
    return (await stranger.pipelines()).at(-1) ?? expect.fail('there is no pipeline');
  }

  const marks = async (): ReturnType<typeof marksOf> => marksOf(server.url);
  const ownerOf = async (id: string): Promise<PipelineMark | undefined> =>
    (await marks()).pipelines.find((each) => each.id === id);

  /** Of the newest life: how often it has shown itself. */
  const newestBeat = async (): Promise<number> => (await marks()).lives.at(-1)?.beat ?? 0;

  it('of another machine: are released when its life stands still, but those of living servers stay', async () => {
    const living = await engine();
    const pipeline = await living.openPipeline(new PipelineEvents());
    const [used] = await stranger.pipelines();
    await leave({ name: 'one', life: 'killed' });
    const ofAnother = await leave({ name: 'two', life: 'killed too' });
    await engine();
    await until('it is released', async () => (await stranger.pipelines()).length === 2);
    expect(await stranger.pipelines()).to.have.members([used, ofAnother]);
    await pipeline.createEndpoint({}, new EndpointEvents());
    expect(log.has('info', 'were released')).to.be.true;
  });

  it('of this machine: are released at once', async function () {
    const killed = await markedProcess();
    await killed.kill();
    await leave({ name: 'one', life: 'killed', process: killed.mark ?? this.skip() });
    await engine({ owner: { ...owner, beatMs: 3_600_000 } });
    await until('it is released', async () => (await stranger.pipelines()).length === 0);
  });

  it('of this machine, where other servers may adopt them: are released when the life stands still', async function () {
    const killed = await markedProcess();
    await killed.kill();
    await leave({ name: 'one', life: 'killed', process: killed.mark ?? this.skip() });
    await engine({ owner: { ...owner, othersAdopt: true } });
    await until('it is released', async () => (await stranger.pipelines()).length === 0);
    expect(await newestBeat()).to.be.greaterThan(owner.stillBeats);
  });

  it('of a node that is gone: are released at once, whatever its name, and those of other nodes stay', async () => {
    const left = async (node: string): Promise<string> =>
      leave({ name: `machine of ${node}`, life: `life of ${node}` }, node);
    await left('gone');
    const staying = await left('there');
    const company = { node: 'here', hasGone: (node: string) => node === 'gone', haveAdopted: () => false };
    await engine({ owner: { ...owner, beatMs: 3_600_000, company: () => company } });
    await until('it is released', async () => (await stranger.pipelines()).length === 1);
    expect(await stranger.pipelines()).to.deep.equal([staying]);
    const nodes = async (): Promise<unknown[]> => (await marks()).lives.map(({ node }) => node);
    await until('its life is forgotten', async () => !(await nodes()).includes('gone'));
    expect(await nodes()).to.include.members(['there', 'here']);
  });

  it('of a process that runs: stay, whatever its life shows', async function () {
    const stopped = await markedProcess();
    try {
      const left = await leave({ name: 'one', life: 'stopped', process: stopped.mark ?? this.skip() });
      await leave({ name: 'one', life: 'killed' });
      await engine();
      await until('the other is released', async () => (await stranger.pipelines()).length === 1);
      expect(await stranger.pipelines()).to.deep.equal([left]);
    } finally {
      await stopped.kill();
    }
  });

  it('of an earlier server in this process: are released when its life stands still', async () => {
    await leave({ name: 'one', life: 'closed', process: thisProcess() });
    await engine();
    await until('it is released', async () => (await stranger.pipelines()).length === 0);
  });

  it('after the life was forgotten: are released too', async () => {
    await stranger.value('transaction', transactionOf(creation({ name: 'one', life: 'forgotten' })));
    await engine();
    await until('it is released', async () => (await stranger.pipelines()).length === 0);
  });

  it('of a killed life: what is adopted before anything may be released stays, and belongs to the new life', async () => {
    const killed = await markedProcess();
    await killed.kill();
    const mark = killed.mark && { process: killed.mark };
    const adopted = await leave({ name: 'one', life: 'killed', ...mark });
    await leave({ name: 'one', life: 'killed', ...mark });
    let restored = (): void => undefined;
    const releaseAfter = new Promise<void>((resolve) => (restored = resolve));
    const next = await engine({ owner: { ...owner, releaseAfter } });
    await until('many beats are over', async () => (await newestBeat()) > 2 * owner.stillBeats);
    expect(await stranger.pipelines()).to.have.lengthOf(2);
    const record = recordOf({ is: 'pipeline', url: server.url, id: adopted });
    const pipeline = next.adopt(record, new PipelineEvents());
    restored();
    await pipeline.finishAdoption();
    await until('the other is released', async () => (await stranger.pipelines()).length === 1);
    await until('it is of the new life', async () => (await ownerOf(adopted))?.life !== 'killed');
    expect((await ownerOf(adopted))?.server).to.equal('one');
    const beats = await newestBeat();
    await until('more beats are over', async () => (await newestBeat()) > beats + 2 * owner.stillBeats);
    await pipeline.createEndpoint({}, new EndpointEvents());
  });

  it('let go by a server that ends: are released when nobody has adopted them for as long as of a killed one', async () => {
    const first = await engine();
    const second = await engine();
    const [kept, left] = [
      await first.openPipeline(new PipelineEvents()),
      await first.openPipeline(new PipelineEvents()),
    ];
    const former = await ownerOf(factsOf(kept.record, 'pipeline').id);
    kept.letGo();
    left.letGo();
    const beats = await newestBeat();
    await until('many beats are over', async () => (await newestBeat()) > beats + 2 * owner.stillBeats);
    expect(await stranger.pipelines(), 'while it lives').to.have.lengthOf(2);
    await first.close();
    const adopted = second.adopt(kept.record, new PipelineEvents());
    await until('the other is released', async () => (await stranger.pipelines()).length === 1);
    await adopted.createEndpoint({}, new EndpointEvents());
    await until('its life is over', async () => (await marks()).lives.every(({ life }) => life !== former?.life));
  });

  it('let go by a server that lives: are released when the others have adopted what they need', async () => {
    let isTime = false;
    const company = { node: 'first', hasGone: () => false, haveAdopted: () => isTime };
    const first = await engine({ owner: { ...owner, company: () => company } });
    const second = await engine();
    const [kept, left] = [
      await first.openPipeline(new PipelineEvents()),
      await first.openPipeline(new PipelineEvents()),
    ];
    kept.letGo();
    left.letGo();
    const beats = await newestBeat();
    await until('some beats are over', async () => (await newestBeat()) > beats + 3);
    expect(await stranger.pipelines(), 'before that time').to.have.lengthOf(2);
    const adopted = second.adopt(kept.record, new PipelineEvents());
    const { id } = factsOf(kept.record, 'pipeline');
    const { life } = (await ownerOf(factsOf(left.record, 'pipeline').id)) ?? {};
    await until('it is of the one that adopted it', async () => (await ownerOf(id))?.life !== life);
    isTime = true;
    await until('the other is released', async () => (await stranger.pipelines()).length === 1);
    await adopted.createEndpoint({}, new EndpointEvents());
  });

  it('a pipeline that a frozen media server makes for a call that has failed is released', async () => {
    const frozen = await engine({ pingIntervalMs: 100, lostAfterMs: 60_000 });
    const kept = await frozen.openPipeline(new PipelineEvents());
    server.child.kill('SIGSTOP');
    expect(await codeOf(frozen.openPipeline(new PipelineEvents()))).to.equal('unavailable');
    server.child.kill('SIGCONT');
    await until('the media server is back', () => frozen.up);
    await until('it is released', () => log.has('info', 'were released'));
    expect(await stranger.pipelines()).to.have.lengthOf(1);
    await kept.createEndpoint({}, new EndpointEvents());
  });
});

/** Against a scripted server: when it answers is up to the test. */
describe('kurento engine › pipelines that a hung media server makes late', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(async () => {
    await room.close();
  });

  /** Of the one that is there. */
  function leave(life: string, name = 'one'): void {
    for (const requests of [showingLife({ name, life }, 1), creation({ name, life })]) {
      room.server.execute('transaction', transactionOf(requests));
    }
  }

  it('a pipeline has its events and elements, as without tags', async () => {
    const engine = await room.connect({ owner });
    const { pipelineEvents, pipelineId, pipeline, endpoint } = await room.endpoint(engine);
    expect(room.server.received('create')).to.have.lengthOf(1);
    await endpoint.connect(endpoint);
    room.server.event(room.newest().split('/')[0] ?? '', 'Error', { description: 'x', errorCode: 1, type: 'SCRIPTED' });
    await until('the event arrives', () => pipelineEvents.failures.length === 1);
    room.server.releasedByAnother(pipelineId);
    await until('the loss is told', () => pipelineEvents.losses.length === 1);
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('object-gone');
  });

  it('one that is answered too late is released when it comes', async () => {
    const engine = await room.connect({ owner: { ...owner, beatMs: 3_600_000 }, requestTimeoutMs: 200 });
    await until('the first beat is over', () => room.server.received('transaction').length === 1);
    let answer = (): void => undefined;
    room.server.on('transaction', (_request, later) => {
      answer = later;
    });
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('timeout');
    room.server.off('transaction');
    answer();
    await until('it was there', () => room.server.received('describe').length === 2);
    await until('it is released', () => room.server.objects.size === 0);
  });

  it('one whose answer is lost with the socket is found by its tags', async () => {
    const engine = await room.connect({ owner });
    const { endpoint } = await room.endpoint(engine);
    room.server.on('transaction', (request, answer, socket) => {
      if (!JSON.stringify(request.params).includes('MediaPipeline')) {
        answer();
        return;
      }
      room.server.off('transaction');
      socket.terminate();
      // As one that had hung does: after the socket has gone.
      room.server.execute('transaction', request.params);
    });
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('unavailable');
    expect(room.server.objects.size).to.equal(3);
    await until('it is released', () => room.server.objects.size === 2);
    await endpoint.connect(endpoint);
  });

  it('a beat that a hung media server answers late says nothing about the lives of others', async () => {
    await room.server.start();
    leave('other');
    let late = 0;
    room.server.on('transaction', (_request, answer) => {
      late += 1;
      setTimeout(answer, 1.5 * owner.beatMs);
    });
    await room.engine({ owner }).connect();
    await until('many beats were answered late', () => late > 2 * owner.stillBeats);
    expect(room.server.objects.size).to.equal(1);
    room.server.off('transaction');
    await until('answers in time say that it is dead', () => room.server.objects.size === 0);
  });

  it('an answer that makes no sense refuses the pipeline, in plain words', async () => {
    const engine = await room.connect({ owner });
    room.server.on('transaction', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ id, jsonrpc: '2.0', result: { value: 'odd' } }));
    });
    const [opened] = await Promise.allSettled([engine.openPipeline(new PipelineEvents())]);
    const why = opened.status === 'rejected' && opened.reason instanceof MediaError ? opened.reason.message : opened;
    expect(why).to.equal('transaction: the media server answered something odd');
  });

  it('the tags of another name are removed when nobody has come for long, its pipeline is not', async () => {
    await room.server.start();
    leave('other', 'two');
    expect(room.server.tagsOf('manager_ServerManager')).to.have.lengthOf(2);
    const engine = room.engine({ owner: { ...owner, stillBeats: 2, forgetBeats: 6 } });
    await engine.connect();
    await engine.openPipeline(new PipelineEvents());
    await until('ours are left', () => room.server.tagsOf('manager_ServerManager').length === 2);
    expect(room.server.received('transaction')).to.have.lengthOf.at.least(6);
    expect(room.server.objects.size).to.equal(2);
    expect(room.server.tagsOf('manager_ServerManager')).to.include(room.newest());
  });

  it('a media server without transactions gets no tags, and the log says so', async () => {
    room.server.capabilities = [];
    const engine = await room.connect({ owner });
    await room.endpoint(engine);
    expect(room.server.received('create')).to.have.lengthOf(2);
    expect(room.server.received('transaction')).to.be.empty;
    expect(room.log.has('warn', 'takes no transactions')).to.be.true;
  });
});

describe('the mark of a process', function () {
  this.timeout(startingMs);

  it('tells whether it runs', async function () {
    const child = await markedProcess();
    const mark = child.mark ?? this.skip();
    expect(isRunning(mark)).to.be.true;
    expect(isRunning({ ...mark, started: '1' })).to.be.false;
    expect(isRunning({ ...mark, place: 'another machine' })).to.be.undefined;
    await child.kill();
    expect(isRunning(mark)).to.be.false;
  });
});

/** A process of this machine. Its mark is undefined where the system does not tell. */
async function markedProcess(): Promise<{ readonly mark: ProcessMark | undefined; kill(): Promise<void> }> {
  const child = fork(testProgram(new URL('marked-process.ts', import.meta.url)), { execArgv: [] });
  const [message] = (await once(child, 'message')) as [unknown];
  return {
    mark: processMark.optional().parse(message ?? undefined),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
