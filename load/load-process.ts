import { initLogger } from 'node-datachannel';
import { loadCommand } from './messages.js';
import type { LoadCommand, LoadReport } from './messages.js';
import { ParticipantFigures } from './participant-figures.js';
import { Failed } from './room-client.js';
import { SyntheticParticipant } from './synthetic-participant.js';
import type { ParticipantSurroundings } from './synthetic-participant.js';

/** Holds some of the participants of a load test (load-test.ts). */

const figures = new ParticipantFigures();
const participants: SyntheticParticipant[] = [];
let surroundings: ParticipantSurroundings | undefined;

async function obey(command: LoadCommand): Promise<void> {
  switch (command.type) {
    case 'begin':
      surroundings = { ...command, figures };
      break;
    case 'join': {
      if (!surroundings) break;
      const participant = new SyntheticParticipant(command, surroundings);
      participants.push(participant);
      try {
        await participant.join();
        report({ type: 'settled', hasJoined: true });
      } catch (error) {
        figures.failed(error instanceof Failed ? error.message : String(error));
        report({ type: 'settled', hasJoined: false });
      }
      break;
    }
    case 'measure':
      figures.measure();
      break;
    case 'leave': {
      const last = figures.figures;
      await Promise.all(participants.map((participant) => participant.leave()));
      report({ type: 'figures', ...last });
      break;
    }
    default:
      command satisfies never;
  }
}

function report(message: LoadReport): void {
  if (process.connected) process.send?.(message);
}

initLogger('Fatal', () => undefined);
process.on('message', (message) => {
  void obey(loadCommand.parse(message));
});
// A signal of the terminal is for the load test, which lets everybody leave.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  // Not in good order: the library's own cleanup has been seen to abort while its threads still run.
  process.kill(process.pid, 'SIGKILL');
});
report({ type: 'ready' });
