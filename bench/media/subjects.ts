import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { Child } from './child.js';
import type { FloorCommand, FloorReport } from './floor-messages.js';
import type { LoadCommand, LoadReport } from './load-messages.js';
import { payloadType, transportExtensionId } from './packet.js';

export type Load = Child<LoadCommand, LoadReport>;

/** The load of forwarding: so many rooms, and so many receivers of each publisher. */
export interface Shape {
  readonly publishers: number;
  readonly receiversOfEach: number;
}

/** A subject of the measurement, and the process whose cost is measured. */
export interface Subject {
  readonly load: Load;
  readonly process: Pick<Load, 'cpuUs' | 'residentBytes'>;
  readonly stop: () => Promise<void>;
}

/** Starts the subject without clients. */
export interface EmptySubject extends Subject {
  /** Connects the given number of clients, one after the other. May be called again. */
  readonly connect: () => Promise<void>;
}

const extension = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const engineFlags = [
  '--log-level',
  'error',
  '--port',
  '0',
  '--udp-ports',
  '43000-43999',
  '--bind-address',
  '127.0.0.1',
];
interface EngineReport {
  readonly type: 'ready';
  readonly url: string;
}

/** The engine as it is shipped, compiled. Its clients are on this machine. */
export async function startEngine(
  flags: readonly string[] = [],
): Promise<readonly [engine: Child<never, EngineReport>, url: string]> {
  const compiled = new URL('../../dist/media/embedded/main.js', import.meta.url);
  const [engine, { url }] = await Child.start<never, EngineReport>(compiled, [...engineFlags, ...flags]);
  return [engine, url];
}

export async function startLoad(): Promise<Load> {
  const [load] = await Child.start<LoadCommand, LoadReport>(new URL('load-process.ts', import.meta.url));
  return load;
}

/** The engine with its clients connected. */
export function engineSubject(shape: Shape): Promise<Subject> {
  return engineWith(shape, (_kurento, publication) => Promise.resolve(publication));
}

/** The same with receivers that tell nothing of the packets that come, so that these need no number. */
export function silentSubject(shape: Shape): Promise<Subject> {
  return engineWith(shape, (_kurento, publication) => Promise.resolve(publication), [], false);
}

/** As `silentSubject`, and each publisher sends its picture in three sizes, of which receivers get the largest. */
export function layeredSubject(shape: Shape): Promise<Subject> {
  return engineWith(shape, (_kurento, publication) => Promise.resolve(publication), [], false, 3);
}

/** The same, and between each publisher and its receivers is a relay, both ends of which are in this engine. */
export function relayingSubject(shape: Shape): Promise<Subject> {
  return engineWith(shape, relayed);
}

/** More than one, for what one costs is hard to see on a busy machine. */
export const recordersOfEach = 4;

/** The same, and each publisher is recorded so many times. */
export async function recordingSubject(shape: Shape): Promise<Subject> {
  const directory = mkdtempSync(join(tmpdir(), 'atrium-bench-'));
  const subject = await engineWith(shape, recorded, ['--recordings-dir', directory]);
  return {
    ...subject,
    stop: async () => {
      await subject.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** What receivers are connected from, and where. */
interface Publication {
  readonly pipeline: string;
  readonly source: string;
}

async function engineWith(
  shape: Shape,
  passOn: (kurento: KurentoSocket, publication: Publication) => Promise<Publication>,
  flags: readonly string[] = [],
  receiversTell = true,
  layers = 1,
): Promise<Subject> {
  const [engine, url] = await startEngine(flags);
  const kurento = await KurentoSocket.open(url);
  const load = await startLoad();
  const callers = new Callers(load, kurento, receiversTell, layers);
  for (let publisher = 0; publisher < shape.publishers; publisher += 1) {
    const pipeline = await kurento.create('MediaPipeline');
    const there = await passOn(kurento, { pipeline, source: await callers.open(pipeline, true) });
    for (let receiver = 0; receiver < shape.receiversOfEach; receiver += 1) {
      await callers.open(there.pipeline, false, there.source);
    }
  }
  return {
    load,
    process: engine,
    stop: async () => {
      await kurento.close();
      await load.stop();
      await engine.stop();
    },
  };
}

async function recorded(kurento: KurentoSocket, publication: Publication): Promise<Publication> {
  const { pipeline: mediaPipeline, source } = publication;
  for (let count = 0; count < recordersOfEach; count += 1) {
    const options = { mediaPipeline, uri: `${randomUUID()}.webm`, mediaProfile: 'WEBM_VIDEO_ONLY' };
    const recorder = await kurento.create('RecorderEndpoint', options);
    await kurento.invoke(source, 'connect', { sink: recorder });
    await kurento.invoke(recorder, 'record');
  }
  return publication;
}

/** As `media/spread/relay.ts` does it. Media comes a moment later. */
async function relayed(kurento: KurentoSocket, { pipeline, source }: Publication): Promise<Publication> {
  const other = await kurento.create('MediaPipeline');
  const near = await kurento.create('WebRtcEndpoint', { mediaPipeline: pipeline, sendonly: true });
  const far = await kurento.create('WebRtcEndpoint', { mediaPipeline: other });
  await kurento.invoke(source, 'connect', { sink: near });
  const offer = await kurento.invoke(near, 'generateOffer', { options: { offerToReceiveAudio: false } });
  await kurento.invoke(near, 'processAnswer', { answer: await kurento.invoke(far, 'processOffer', { offer }) });
  for (const end of [near, far]) {
    await kurento.subscribe(end, 'IceCandidateFound');
    await kurento.invoke(end, 'gatherCandidates');
  }
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    const { data } = await kurento.event('IceCandidateFound', from);
    await kurento.invoke(to, 'addIceCandidate', { candidate: data.candidate });
  }
  return { pipeline: other, source: far };
}

/** The bare loop with the same number of receiving sockets. */
export async function floorSubject(shape: Shape): Promise<Subject> {
  const script = new URL('floor-process.ts', import.meta.url);
  const [floor, { port }] = await Child.start<FloorCommand, FloorReport>(script);
  const load = await startLoad();
  const { publishers, receiversOfEach } = shape;
  const opened = load.next('sockets');
  load.send({ type: 'sockets', port, publishers, receivers: publishers * receiversOfEach });
  const { ports } = await opened;
  const connected = floor.next('connected');
  floor.send({
    receivers: Array.from({ length: publishers }, (_, publisher) =>
      ports.slice(publisher * receiversOfEach, (publisher + 1) * receiversOfEach),
    ),
  });
  await connected;
  return {
    load,
    process: floor,
    stop: async () => {
      await load.stop();
      await floor.stop();
    },
  };
}

/** Connections of node-datachannel that answer and do nothing else. */
export async function bareSubject(count: number): Promise<EmptySubject> {
  const [bare] = await Child.start<LoadCommand, LoadReport>(new URL('bare-process.ts', import.meta.url));
  const load = await startLoad();
  let made = 0;
  bare.listen((report) => {
    if (report.type === 'candidate') load.send(report);
    // At once, because candidates follow the answer directly and need it.
    if (report.type === 'offer') load.send({ type: 'answer', peer: report.peer, sdp: report.sdp });
  });
  return {
    load,
    process: bare,
    connect: async () => {
      for (const last = made + count; made < last; made += 1) {
        const peer = made;
        const offered = load.next('offer');
        load.send({ type: 'open', peer, layers: 1 });
        const { sdp } = await offered;
        const connected = clientConnected(load, peer, `bare connection ${peer}`);
        bare.send({ type: 'answer', peer, sdp });
        await connected;
      }
    },
    stop: async () => {
      await load.stop();
      await bare.stop();
    },
  };
}

/** The engine without clients. It makes the given number of endpoints, one after the other. */
export async function emptyEngine(count: number): Promise<EmptySubject> {
  const [engine, url] = await startEngine();
  const kurento = await KurentoSocket.open(url);
  const load = await startLoad();
  const callers = new Callers(load, kurento);
  const pipeline = await kurento.create('MediaPipeline');
  return {
    load,
    process: engine,
    connect: async () => {
      for (let peer = 0; peer < count; peer += 1) await callers.open(pipeline, true);
    },
    stop: async () => {
      await kurento.close();
      await load.stop();
      await engine.stop();
    },
  };
}

/** Connects clients of the load to endpoints of the engine, as the room server would. */
class Callers {
  readonly #load: Load;
  readonly #kurento: KurentoSocket;
  readonly #receiversTell: boolean;
  readonly #layers: number;
  readonly #endpoints: string[] = [];

  /** @param receiversTell receivers tell when each packet came. @param layers in how many sizes publishers send */
  constructor(load: Load, kurento: KurentoSocket, receiversTell = true, layers = 1) {
    this.#load = load;
    this.#kurento = kurento;
    this.#receiversTell = receiversTell;
    this.#layers = layers;
  }

  /** Resolves with the endpoint once the client is connected to it. */
  async open(pipeline: string, sends: boolean, source?: string): Promise<string> {
    const peer = this.#endpoints.length;
    const endpoint = await this.#kurento.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    this.#endpoints.push(endpoint);
    if (source !== undefined) await this.#kurento.invoke(source, 'connect', { sink: endpoint });
    const offered = this.#load.next('offer', (report) => report.peer === peer);
    this.#load.send({ type: 'open', peer, layers: sends ? this.#layers : 0 });
    const offer = asBrowser((await offered).sdp, sends || this.#receiversTell);
    const sdp = String(await this.#kurento.invoke(endpoint, 'processOffer', { offer }));
    this.#load.send({ type: 'answer', peer, sdp });
    await this.#kurento.subscribe(endpoint, 'IceCandidateFound');
    await this.#kurento.invoke(endpoint, 'gatherCandidates');
    const { data } = await this.#kurento.event('IceCandidateFound', endpoint);
    const { candidate } = data.candidate as { candidate: string };
    const connected = clientConnected(this.#load, peer, `endpoint ${endpoint}`);
    this.#load.send({ type: 'candidate', peer, candidate, mid: '0' });
    await connected;
    return endpoint;
  }
}

/** @param other What the client connects to. @throws Error that names it, when they do not connect */
export async function clientConnected(load: Load, peer: number, other: string): Promise<void> {
  const connecting = `client ${peer} to connect to ${other}`;
  const { state } = await load.next('settled', (report) => report.peer === peer, connecting);
  if (state === 'failed') throw new Error(`the bench waited for ${connecting}, and the connection failed`);
}

/** An offer with the extensions of browsers: feedback on every packet, if it `tells`, retransmissions, keyframes on request. */
export function asBrowser(sdp: string, tells: boolean): string {
  const feedback = [...(tells ? ['transport-cc'] : []), 'ccm fir', 'nack', 'nack pli', 'goog-remb'];
  const lines = (tells ? [`a=extmap:${transportExtensionId} ${extension}`] : []).concat(
    feedback.map((text) => `a=rtcp-fb:${payloadType} ${text}`),
  );
  return sdp.replace(/^a=rtpmap:96 .*\r\n/m, (line) => `${line}${lines.join('\r\n')}\r\n`);
}
