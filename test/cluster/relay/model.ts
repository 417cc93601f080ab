import { Counts } from '../../../cluster/counts.js';
import { Expectations } from './expectations.js';
import { ModelClient } from './model-client.js';
import { graceMs, leaseMs, ModelNode } from './model-node.js';
import type { NodeRules } from './model-node.js';
import { ModelRedis } from './model-redis.js';
import type { StoreRules } from './model-redis.js';
import { Schedule } from './schedule.js';

export interface ModelRules extends NodeRules, StoreRules {
  /** Clients that come back do not send again what was answered. */
  readonly heedsLastRequest: boolean;
}

export const allRules: ModelRules = {
  ...{ resends: true, readsGaps: true, reminds: true, commitsFirst: true, numbersActs: true },
  ...{ isIdempotent: true, fences: true, heedsLastRequest: true },
};

export interface ModelResult {
  readonly faults: readonly string[];
  readonly frames: number;
  readonly requests: number;
  readonly takeOvers: number;
  readonly handOvers: number;
  /** Times that Redis went on without its last writes, or with nothing. */
  readonly failOvers: number;
  readonly resumptions: number;
  readonly resends: number;
  /** Times that a gateway read what it had not heard. */
  readonly gaps: number;
  readonly resentByNodes: number;
  readonly events: number;
  readonly lost: number;
  readonly forgotten: number;
  readonly passed: number;
  readonly replaced: number;
}

/** How long the log of a closed room stays, in ms: longer than a node may stand still. Small logs forget sooner what is told. */
const logOfClosedRoomMs = 30_000;

/** How long nodes live for certain after Redis has failed over, in ms. */
const calmMs = 2_500;

/** How long things go wrong, in ms. */
const disorderMs = 4_000;

/** How often it is looked whether all is well again, and how long it is to be so, in ms. */
const stepMs = 500;
const momentMs = 3_000;

/**
 * Three nodes, eight clients, one Redis, and everything that may go wrong, in time that does not pass.
 * @param losesWrites whether Redis may go on without its last writes, or with nothing
 */
export async function runModel(seed: number, rules: ModelRules = allRules, losesWrites = false): Promise<ModelResult> {
  const schedule = new Schedule(seed);
  const hasSmallLog = schedule.happens(0.15);
  const bounds = hasSmallLog
    ? { resumeMs: 600, logEntries: 30, logBytes: 4_000 }
    : { resumeMs: 30_000, logEntries: 2_000, logBytes: 1_048_576 };
  const lossRate = schedule.one([0, 0.01, 0.05, 0.1]);
  const expectations = new Expectations(() => schedule.now, hasSmallLog);
  const counts = new Counts();
  const nodes = new Map<string, ModelNode>();
  const keys = new Map<string, number>();
  let [takeOvers, handOvers, failOvers, lost, sessions, started] = [0, 0, 0, 0, 0, 0];
  const isListening = (id: string): boolean => nodes.get(id)?.connection.isConnected === true;
  const hasKey = (id: string): boolean => (keys.get(id) ?? 0) > schedule.now;
  const redis = new ModelRedis(
    rules,
    () => 1_700_000_000_000 + schedule.now,
    logOfClosedRoomMs,
    (id, text) => {
      if (!isListening(id)) return false;
      const isLost = schedule.happens(lossRate);
      expectations.trace(`PUB ${isLost ? 'LOST' : ''} ${id} ${text}`);
      if (isLost) lost += 1;
      else nodes.get(id)?.connection.hear(text);
      return true;
    },
    (id) => hasKey(id) && isListening(id),
    expectations,
  );
  /** Nobody dies and nobody is started until then. */
  let calmUntil = 0;
  const startNode = (): void => {
    if (schedule.now < calmUntil) {
      schedule.after(calmUntil - schedule.now, startNode);
      return;
    }
    started += 1;
    const node: ModelNode = new ModelNode(`node-${started}`, {
      ...{ schedule, redis, rules, bounds, counts },
      nodes: {
        get ids() {
          return [...nodes.keys()];
        },
        hasKey,
        isListening,
      },
      judgesAtOnce: !losesWrites,
      heartbeat: (id) => keys.set(id, schedule.now + leaseMs),
      trace: (text) => {
        expectations.trace(text);
      },
      gaveAway: () => (handOvers += 1),
      tookOver: () => (takeOvers += 1),
      logLost: (hash) => {
        expectations.logLost(hash);
      },
      fault: (text) => {
        expectations.fault(text);
      },
    });
    nodes.set(node.id, node);
  };
  const alive = (): ModelNode[] => [...nodes.values()].filter(({ process }) => !process.isDead);
  for (let count = 0; count < 3; count += 1) startNode();

  let isOver = false;
  const clients: ModelClient[] = [];
  for (let number = 1; number <= 8; number += 1) {
    clients.push(
      new ModelClient(number, number <= 6, {
        ...{ schedule, expectations, nodes: alive, heedsLastRequest: rules.heedsLastRequest },
        newSessionId: () => `s${(sessions += 1)}`,
        isOver: () => isOver,
        rooms: ['garden', 'cellar'],
      }),
    );
  }

  const disturb = (): void => {
    if (isOver) return;
    schedule.after(schedule.between(20, 400), disturb);
    if (losesWrites && schedule.happens(0.1)) failOver();
    const node = schedule.one(alive());
    const dice = schedule.random();
    // What Redis has lost is lost when its owner dies before it has written it again. This is not what is looked at here.
    if (schedule.now < calmUntil) return;
    if (dice < 0.45) schedule.one(clients).cut();
    else if (dice < 0.6 && alive().length > 1) {
      expectations.trace(`KILL ${node.id}`);
      node.kill();
      for (const client of clients)
        schedule.after(schedule.between(1, 50), () => {
          client.noticed(node);
        });
      schedule.after(schedule.between(100, 2_000), startNode);
    } else if (dice < 0.75 && !node.process.isFrozen) {
      expectations.trace(`FREEZE ${node.id}`);
      schedule.freeze(node.process);
      const ms = schedule.one([50, 300, 1_200, 3_000]);
      for (const client of clients)
        schedule.after(schedule.between(400, 3_000), () => {
          if (node.process.isFrozen) client.noticed(node);
        });
      schedule.after(ms, () => {
        expectations.trace(`THAW ${node.id}`);
        schedule.thaw(node.process);
      });
    } else if (dice < 0.9) {
      expectations.trace(`CUT ${node.id}`);
      node.connection.cut(schedule.between(25, schedule.one([100, 2_500])));
    } else if (dice < 0.95) void node.handOver(schedule.one(alive()).id);
    else if (dice < 0.97) cutAll();
  };
  const cutAll = (): void => {
    const ms = schedule.between(50, 1_500);
    for (const each of alive()) each.connection.cut(ms + schedule.between(0, 100));
  };
  /**
   * Redis goes on with what a replica has, or with nothing: owners that live write their rooms again. Not while a room was given to a node
   * that does not know of it yet: nobody has it in memory then.
   */
  const failOver = (): void => {
    const isEmptied = schedule.happens(0.3);
    const replica = isEmptied ? undefined : redis.replicate();
    schedule.after(isEmptied ? 0 : schedule.between(1, 300), () => {
      const acting = new Map(
        alive().flatMap((node) => (node.isUp && !node.process.isFrozen ? [[node.id, node] as const] : [])),
      );
      const canBeWrittenAgain = redis.owners.every(({ node: id, hasState, ...room }) => {
        const node = acting.get(id);
        return node && (!hasState || node.has(room));
      });
      if (!canBeWrittenAgain || !redis.failOver(replica)) return;
      expectations.trace(`FAIL-OVER ${isEmptied ? 'to nothing' : ''}`);
      if (isEmptied) keys.clear();
      failOvers += 1;
      calmUntil = schedule.now + calmMs;
      cutAll();
    });
  };
  schedule.after(500, disturb);

  /** Passes that much time, or less once that is so, and a moment later still: what is wrong then shows within it. */
  const passUntil = async (ms: number, isSo: () => boolean): Promise<void> => {
    const end = schedule.now + ms;
    do {
      while (schedule.now < end && !isSo()) await schedule.pass(stepMs);
      await schedule.pass(momentMs);
    } while (schedule.now < end && !isSo());
  };
  const isSettled = ({ session, received, counts: doesCount, unanswered }: ModelClient): boolean =>
    session === undefined ||
    (!expectations.isOver(session) &&
      (doesCount ? received : expectations.writtenTo(session)) === expectations.countOf(session) &&
      (!doesCount || unanswered.length === 0));

  await schedule.pass(disorderMs);
  isOver = true;
  // Everybody comes back, and is told what is missing, or after nine seconds that their room is gone.
  await passUntil(20_000, () => clients.every(isSettled));
  for (const client of clients) {
    const { session, received, counts, unanswered } = client;
    if (session === undefined) continue;
    if (counts && unanswered.length > 0) expectations.fault(`${session} has no answer to ${unanswered.join()}`);
    const count = expectations.countOf(session);
    const told = counts ? received : expectations.writtenTo(session);
    if (told !== count) expectations.fault(`${session} was told ${told} of ${count} messages`);
    if (expectations.isOver(session)) expectations.fault(`${session} does not know that it is over`);
  }
  for (const client of clients) client.leave();
  const isAllGone = (): boolean =>
    (failOvers > 0 ? redis.leftOfRooms : redis.left).length === 0 && alive().every(({ isEmpty }) => isEmpty);
  await passUntil(graceMs + 20_000, isAllGone);
  // Redis may have forgotten that a session had ended. It is found for a day then, in a room that does not know it.
  for (const left of failOvers > 0 ? redis.leftOfRooms : redis.left) expectations.fault(`Redis still has ${left}`);
  for (const node of alive()) {
    for (const { name } of node.owned) expectations.fault(`${node.id} still owns ${name}`);
    const { rooms, lines, sessions: present } = node.relay.counts;
    if (rooms + lines + present > 0) {
      expectations.fault(`${node.id} still has ${rooms} rooms, ${lines} lines, ${present} sessions`);
    }
    for (const { level, message, fields } of node.log.lines)
      if (level === 'error') expectations.fault(`${node.id} says: ${message} ${JSON.stringify(fields)}`);
  }
  return {
    ...{
      faults: expectations.faults,
      frames: expectations.frames,
      requests: expectations.requests,
      takeOvers,
      handOvers,
      failOvers,
      lost,
    },
    resumptions: clients.reduce((sum, { resumptions }) => sum + resumptions, 0),
    resends: clients.reduce((sum, { resends }) => sum + resends, 0),
    ...{ gaps: counts.gaps, resentByNodes: counts.resent },
    ...{
      events: schedule.count,
      forgotten: expectations.forgotten,
      passed: expectations.passed,
      replaced: expectations.replaced,
    },
  };
}
