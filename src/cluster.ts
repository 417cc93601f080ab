import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';
import { Asks } from '../cluster/asks.js';
import { Bringing } from '../cluster/bringing.js';
import { systemClock } from '../cluster/clock.js';
import { GivenRooms } from '../cluster/given-rooms.js';
import { GoneNodes } from '../cluster/gone-nodes.js';
import { HandOvers } from '../cluster/hand-overs.js';
import { leftRoomsTaken } from '../cluster/left-rooms.js';
import { Moves } from '../cluster/moves.js';
import { Placement } from '../cluster/placement.js';
import { ClusterNode } from '../cluster/node.js';
import type { NodeHooks } from '../cluster/node.js';
import { OwnedRooms } from '../cluster/owned-rooms.js';
import { UnfitRedisError } from '../cluster/redis-check.js';
import { HubPost } from '../cluster/relay/post.js';
import { Relay } from '../cluster/relay/index.js';
import { roomRelay } from '../cluster/relay/rooms.js';
import { WaitingNode } from '../cluster/waiting-node.js';
import { within } from '../cluster/within.js';
import { Worlds } from '../cluster/worlds.js';
import type { ParentLog } from '../log.js';
import type { Readiness } from '../rest/health.js';
import { FencedEngine } from '../media/fenced.js';
import { serversIn } from '../media/media-record.js';
import { ConfigError } from '../options/config-error.js';
import { version } from '../options/help.js';
import type { Config } from './config.js';
import type { StartedMedia } from './media.js';
import type { JournalVersions, NodeRooms, ServedRooms } from './node-rooms.js';
import { digestOf } from './options-digest.js';
import { SeenNodes } from './seen-nodes.js';
import { listedRoomOf } from '../rest/listed-room.js';
import { textFrame, textOf } from '../transport/frame.js';

/** Forms of journals that this program reads: its own and the one before. It writes the newest one that all nodes read. */
const ownJournals: JournalVersions = { oldest: 1, newest: 1 };
/** How long rooms may take to be closed in Redis, or to be written down for another node, in ms. */
const endMs = 5_000;
/** How long rooms may take to go to other nodes that reach a media server which this one does not, in ms. */
const giveAwayMs = 10_000;
/** How long a node may wait for Redis before clients are sent elsewhere, in ms. */
const frozenMs = 3_000;
/** How long another node may take to say whether it acts, in ms. */
const askedMs = 900;
const readinessIn = z.object({ ready: z.boolean(), waiting: z.boolean().optional() });

/**
 * Makes the server one of several nodes. Loaded with REDIS_URL alone.
 * @throws ConfigError when Redis cannot be reached, or would lose rooms
 */
export async function startNode(
  config: Config,
  media: Pick<StartedMedia, 'engine' | 'servers' | 'share' | 'announced'>,
  log: ParentLog,
  reads: JournalVersions = ownJournals,
): Promise<NodeRooms> {
  let served: ServedRooms | undefined;
  let frozenAt: number | undefined;
  let relay: Relay | undefined;
  let worlds: Worlds | undefined;
  let asked: Asks | undefined;
  let post: HubPost | undefined;
  let waiting: WaitingNode | undefined;
  let fenced: FencedEngine | undefined;
  const owned = new OwnedRooms(systemClock, log);
  const gone = new GoneNodes(systemClock, config.leaseMs);
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const hooks: NodeHooks = {
    facts: () => {
      const lagMs = lag.max / 1e6;
      lag.reset();
      const reached = media.servers.filter(({ up }) => up);
      return {
        rooms: owned.size,
        sockets: served?.doors.connections ?? 0,
        lag: Math.round(lagMs),
        media: new Set(reached.map(({ url }) => url)),
        engines: [...media.announced],
        // Without an address for others, embedded engines are of this node alone.
        load: new Map(
          config.kmsUris.length === 0 && config.mediaHost === ''
            ? []
            : media.servers.map(({ url, load }) => [url, load]),
        ),
      };
    },
    frozen: () => {
      frozenAt ??= performance.now();
      waiting?.frozen();
    },
    up: () => {
      frozenAt = undefined;
      gone.up();
      waiting?.up();
      // What was asked for before is made before.
      fenced?.up();
      owned.up();
      worlds?.up();
      relay?.up();
    },
    dead: (id) => {
      gone.dead(id);
      relay?.died(id);
      worlds?.died(id);
      asked?.died(id);
    },
    toSelf: (text) => {
      relay?.post.receive(text);
    },
    taken: async (room) => {
      if (!worlds?.taken(room)) await owned.taken(room);
    },
  };
  const settings = { ...config, version: version(), reads, digest: digestOf(config) };
  const node = await ClusterNode.start(settings, hooks, log).catch((error: unknown) => {
    lag.disable();
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof UnfitRedisError) throw new ConfigError(`REDIS_URL: ${reason}`, { cause: error });
    throw new ConfigError(`REDIS_URL: Redis does not answer (${reason})`, { cause: error });
  });
  const engine = (fenced = new FencedEngine(media.engine, {
    get isUp() {
      return node.membership.state !== 'frozen';
    },
    waitMs: config.mediaRequestTimeoutMs,
    clock: systemClock,
    after: (room, effect) => {
      owned.after(room, effect);
    },
  }));
  const { id: nodeId, hub, names, store, directory, membership } = node;
  const isUp = (): boolean => membership.state !== 'frozen' && served !== undefined;
  const handOvers = new HandOvers({
    ...{ owned, log, peers: membership.peers },
    canMove: (room) => served?.canMove(room) === true,
  });
  media.share({
    node: nodeId,
    hasGone: (id) =>
      membership.state !== 'frozen' && gone.has(id) && membership.peers.alive.every((peer) => peer.id !== id),
    haveAdopted: (since) => membership.state !== 'frozen' && gone.haveAdopted(since),
    loadOf: (url) => membership.peers.load.get(url) ?? 0,
    // The dead ones that still own rooms too.
    engines: () => membership.peers.all.flatMap(({ facts }) => facts.engines ?? []),
    takeOver: async (url) => {
      // What has not gone by then is lost.
      await within(systemClock, giveAwayMs, handOvers.giveUsersOf(url)).catch(() => undefined);
    },
  });
  const asks = (asked = new Asks({
    ...{ hub, names, nodeId, directory, clock: systemClock, log, isUp },
    redisTime: () => membership.redisTime,
    owns: async (room) => owned.owns(room),
    answer: async (request) => {
      if (!served) throw new Error('the server is not put together');
      return served.answer(request);
    },
  }));
  const placement = new Placement({
    ...{ nodeId, region: config.nodeRegion, slack: config.placementSlack, clock: systemClock, membership },
    own: () => ({ rooms: owned.size, sockets: served?.doors.connections ?? 0 }),
    writes: () => node.writes,
  });
  const lines = (relay = new Relay({
    ...{ nodeId, clock: systemClock, log, textOf, frameOf: textFrame, region: config.nodeRegion || undefined },
    post: (listener) => (post = new HubPost(hub, names, nodeId, listener, systemClock, log)),
    counts: node.counts,
    dialect: {
      begin: (client, arrival) => {
        if (!served) throw new Error('the server is not put together');
        return served.relayed.begin(client, arrival);
      },
    },
    ...{ isUp, asks },
    isAlive: (id) => !membership.peers.isDead(id),
    isSettling: () => membership.peers.isSettling,
    own: async (room) => owned.own(room),
    ownGiven: async (hash) => owned.ownGiven(hash),
    wanted: (hash, by) => void handOvers.give(hash, by),
    owns: (room) => owned.find(room) !== undefined,
    unused: (room) => {
      owned.unused(room);
    },
    find: async (hash) => directory.findHash(hash),
    openAt: (wasAsked) => placement.nodeFor(wasAsked),
    moved: (hash, owner) => {
      directory.moved(hash, owner);
    },
    logAfter: async (hash, after, limit) => store.logSince(hash, after, limit),
    roomOf: async (session) => store.roomOf(session),
    deaf: (id) => void directory.deaf(id),
  }));
  const moves = new Moves({
    ...{ nodeId, nodeName: config.nodeName, peers: membership.peers, clock: systemClock },
    ...{ store, post: lines.post, handOvers },
  });
  const away = 'Another node goes on';
  const ofAll = (worlds = new Worlds(
    { node, isOne: config.bridge, clock: systemClock, log },
    {
      lost: (world) => {
        served?.doors.sendAway(world, away);
      },
      nodeLost: (id) => {
        served?.doors.nodeLost(id);
      },
    },
  ));
  const bringing = new Bringing({
    ...{ nodeId, owned, moves, handOvers, placement, clock: systemClock, log },
    canMove: (room) => served?.canMove(room) === true,
  });
  const given = new GivenRooms({
    ...{ hub, names, nodeId, clock: systemClock, log, owned, isUp },
    besides: () => [...ofAll.hashes, ...directory.claimed],
  });
  const clients = (waiting = new WaitingNode({
    clock: systemClock,
    others: () => membership.peers.alive.map(({ facts }) => facts.url),
    acts,
    sendAway: (code, reason) => {
      served?.doors.sendAllAway(code, reason);
    },
    letGo: () => {
      owned.letGo();
    },
  }));
  let hasLeft = false;
  return {
    passing: { nodeId, secret: config.clusterSecret, worlds: ofAll, now: () => membership.redisTime, log },
    face: { gateway: lines.gateways, returning: lines.owners },
    engine,
    journal: owned,
    fetch: (room) => owned.fetch(room),
    bring: async (room) => bringing.bring(room),
    others: new SeenNodes(node, () => post?.dropped ?? 0, asks, owned, log),
    begin: async (parts) => {
      served = parts;
      const ofRooms = {
        serversOf: serversIn,
        stepDown: (room: string) => {
          engine.stepDown(room);
        },
        discard: (room: string, pipeline: string | undefined) => {
          engine.discard(room, pipeline);
        },
      };
      owned.begin({
        ...{ ...parts, node, media: ofRooms, relay: roomRelay(lines) },
        summaryOf: (room) => JSON.stringify(listedRoomOf(room)),
        unlisted: (hash) => {
          node.rooms.closed(hash);
        },
      });
      // Nobody is judged before a lease is over; then it takes two looks, and the next nodes in turn have their time.
      await leftRoomsTaken(node.hub, node.names, systemClock, config.leaseMs + frozenMs);
    },
    committed: async (room) => owned.committed(room),
    positionOf: (room) => owned.find(room)?.journal.position,
    after: (room, effect) => {
      owned.after(room, effect);
    },
    move: async (room, to) => moves.move(room, to),
    get health() {
      return { id: node.id, state: node.membership.state, redis: node.hub.isConnected };
    },
    get readiness(): Readiness {
      const { state } = node.membership;
      const isWaiting = state === 'frozen' && (frozenAt === undefined || performance.now() - frozenAt < frozenMs);
      if (state === 'up' || isWaiting) return { reasons: [], isWaiting };
      return { reasons: [state === 'draining' ? 'draining' : 'redis'], isWaiting };
    },
    closed: async () => {
      if (!hasLeft) await Promise.all([ofAll.release(), owned.close(endMs)]);
    },
    drain: async () => {
      const isPossible = membership.state !== 'frozen' && handOvers.arePossible;
      if (isPossible) await membership.drain();
      return isPossible;
    },
    giveRooms: async () => {
      await Promise.all([ofAll.release(), handOvers.giveAll()]);
    },
    leave: async () => {
      hasLeft = true;
      await Promise.all([ofAll.release(), owned.leave(endMs)]);
    },
    stop: async () => {
      ofAll.close();
      clients.up();
      // What could not be released is another node's.
      engine.stepDownAll();
      given.close();
      bringing.close();
      lines.close();
      asks.close();
      await node.close();
      lag.disable();
    },
  };
}

/** Whether the node at that NODE_URL may act. */
async function acts(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(askedMs) });
    const { ready, waiting = false } = readinessIn.parse(await answer.json());
    return ready && !waiting;
  } catch {
    return false;
  }
}
