import type { Command } from './command.js';
import { debugCollect } from './debug-collect.js';
import { doctor } from './doctor.js';
import { drain } from './drain.js';
import { health } from './health.js';
import { keysGenerate } from './keys-generate.js';
import { loadTestCommand } from './load-test.js';
import { participantCommands } from './participants.js';
import { recordingCommands } from './recording.js';
import { recordingsCommands } from './recordings.js';
import { roomCommands } from './rooms.js';
import { start } from './start.js';
import { tokenCreate } from './token-create.js';
import { webhooksResend } from './webhooks-resend.js';

/** The commands of `atrium`, in the order of its help. */
export const commands: readonly Command[] = [
  start,
  tokenCreate,
  keysGenerate,
  ...roomCommands,
  ...participantCommands,
  ...recordingsCommands,
  webhooksResend,
  ...recordingCommands,
  drain,
  health,
  doctor,
  debugCollect,
  loadTestCommand,
];
