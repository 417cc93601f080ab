import { setTimeout as delay } from 'node:timers/promises';
import { initLogger } from 'node-datachannel';
import { ParticipantFigures } from '../../load/participant-figures.js';
import { SyntheticParticipant } from '../../load/synthetic-participant.js';
import type { CallCommand, CallReceiver, CallReport, Counted } from './call-messages.js';

/** A process that holds the people of a call: clients of the room server with a real WebRTC stack. */

/** Of a picture in its largest size, as the page sends it (client/simulcast.ts). */
const kbps = 1_700;
/** How long all streams may take to come, in ms. */
const patienceMs = 30_000;

let receivers: readonly ParticipantFigures[] = [];

async function meet({ url, people, layers, receivers: given }: Extract<CallCommand, { type: 'meet' }>): Promise<void> {
  const joined = Array.from({ length: people }, (_, person) => {
    const figures = new ParticipantFigures();
    const receiver = given.find((each) => each.person === person);
    const participant = new SyntheticParticipant(
      { user: nameOf(person), room: 'call', publishes: ['audio', 'video'], receives: receiver !== undefined },
      { url, kbps, layers, bindAddress: '127.0.0.1', heedsWishes: layers > 1, figures },
    );
    return { participant, figures, receiver };
  });
  for (const { participant } of joined) await participant.join();
  const receiving = given.flatMap((each) => joined.filter(({ receiver }) => receiver === each));
  receivers = receiving.map(({ figures }) => figures);
  await allHeard(people);
  await Promise.all(receiving.map(({ participant, receiver }) => tellWishes(participant, receiver?.wishes ?? {})));
}

/** Resolves when both streams of everybody else have come to each receiver. */
async function allHeard(people: number): Promise<void> {
  const expected = 2 * (people - 1);
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    if (receivers.every(({ streams }) => streams.length === expected)) return;
    await delay(50);
  }
  const failed = receivers.flatMap((each) => Object.keys(each.figures.failed));
  const came = receivers.map(({ streams }) => streams.length).join(', ');
  throw new Error(`of ${expected} streams came ${came}: ${failed.join('; ')}`);
}

async function tellWishes(participant: SyntheticParticipant, wishes: CallReceiver['wishes']): Promise<void> {
  await Promise.all(Object.entries(wishes).map(([other, wish]) => participant.want(nameOf(Number(other)), wish)));
}

function nameOf(person: number): string {
  return `person-${person + 1}`;
}

async function count(ms: number): Promise<void> {
  const [before, began] = [receivers.map(cameTo), performance.now()];
  await delay(ms);
  const counted = receivers.map(cameTo).map((after, index) => since(after, before[index]));
  report({ type: 'counted', ms: performance.now() - began, receivers: counted });
}

function cameTo({ streams }: ParticipantFigures): Counted {
  const sum = (of: keyof Counted): number => streams.reduce((total, stream) => total + stream[of], 0);
  return { packets: sum('packets'), bytes: sum('bytes'), lost: sum('lost') };
}

function since(after: Counted, before: Counted = { packets: 0, bytes: 0, lost: 0 }): Counted {
  return {
    packets: after.packets - before.packets,
    bytes: after.bytes - before.bytes,
    lost: after.lost - before.lost,
  };
}

function report(message: CallReport): void {
  if (process.connected) process.send?.(message);
}

async function obey(command: CallCommand): Promise<void> {
  switch (command.type) {
    case 'meet':
      await meet(command);
      report({ type: 'met' });
      break;
    case 'count':
      await count(command.ms);
      break;
    default:
      command satisfies never;
  }
}

initLogger('Fatal', () => undefined);
process.on('message', (command) => {
  // Without the report the bench would only know that nothing came.
  obey(command as CallCommand).catch((error: unknown) => {
    report({ type: 'failed', reason: String(error) });
  });
});
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});
report({ type: 'ready' });
