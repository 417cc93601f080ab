import { WrongTokens } from '../../../access/index.js';
import type { DialectContext } from '../../dialect.js';
import type { OvSessions } from '../model/ov-sessions.js';
import type { OpenviduSettings } from '../options.js';
import type { OvRecordings } from '../recordings/ov-recordings.js';
import { BackEndLogin } from './back-end-login.js';
import { BackEnds } from './back-ends.js';
import { connectionOperations } from './connection-operations.js';
import { openHttpDoor } from './http-door.js';
import { Places, readPassed } from './places.js';
import { openRecordingDoor } from './recording-door.js';
import { recordingOperations } from './recording-operations.js';
import { serverOperations } from './server-operations.js';
import { sessionOperations } from './session-operations.js';
import { signalOperation } from './signal-operation.js';

/** REST for back ends of OpenVidu. @returns what answers those that another node passes on (`Dialect.answerAsOwner`) */
export function openRest(
  settings: OpenviduSettings,
  sessions: OvSessions,
  context: DialectContext,
  dialect: string,
  recordings: OvRecordings | undefined,
): (text: string) => Promise<string> {
  const { rooms, names, owners, elsewhere, doors, figures, log, now, hasMedia = () => true } = context;
  const places = new Places({ rooms, names, owners, elsewhere, dialect });
  const login = new BackEndLogin(
    settings.secret,
    new WrongTokens(
      () => performance.now(),
      (address) => {
        log.warn('an address that sends wrong secrets of OpenVidu has to wait', { address });
      },
    ),
  );
  const backEnds = new BackEnds({
    ...{ login, places, figures, now, publicUrl: settings.publicurl },
    operations: [
      ...sessionOperations(sessions, places),
      ...connectionOperations(sessions, settings.maxDataLength),
      signalOperation(sessions),
      ...recordingOperations(sessions, recordings),
      ...serverOperations(settings, hasMedia),
    ],
    onDefect: (operation, error) => {
      log.error('a request of a back end failed', { operation, error });
    },
  });
  openHttpDoor(doors, backEnds, settings.deprecatedPaths);
  if (recordings) {
    openRecordingDoor(doors, recordings, settings.recordingPublicAccess ? undefined : login, (error) => {
      log.error('a recording could not be sent', { error });
    });
  }
  return async (text) => JSON.stringify(await backEnds.serve(readPassed(text), true));
}
