import type { Link } from './link.js';
import { command } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { Refusal } from './errors.js';
import { commands } from './messages.js';
import { logOut } from './user-endpoints.js';

/** The version of the original that this dialect equals. Clients show it and check that it has three numbers. */
const version = { orchestratorVersion: '2.7.4', revision: 'atrium' };

/** Requests that need no login (docs/protocols/orchestrator.md#7-endpoints, #10-operator-surface). */
export const operatorEndpoints: readonly Endpoint[] = [
  command(['GET_ORCHESTRATOR_VERSION', 'GetOrchestratorVersion'], commands.nothing, 801, () => ({ body: version })),

  command(['GET_NTP_TIME', 'GetNTPTime'], commands.nothing, 2001, ({ now }) => {
    const ntpTimeMs = Math.round(now());
    return { body: { ntpDate: new Date(ntpTimeMs).toISOString(), ntpTimeMs } };
  }),

  command(['DUMP_DATA', 'DumpData'], commands.nothing, 801, (context, link) => {
    const { id, users, sessions, attendance, settings, log } = context;
    if (!settings.dumpData) {
      log.warn('a dump of all data was refused', asker(link));
      throw new Refusal(801);
    }
    log.info('all data was dumped', asker(link));
    return {
      body: {
        id,
        sessions: [...sessions].map((session) => attendance.summarise(session)),
        users: [...users].map((user) => attendance.describeUser(user)),
      },
    };
  }),

  command(
    ['TERMINATE_ORCHESTRATOR', 'TerminateOrchestrator'],
    commands.nothing,
    801,
    ({ settings, log, terminate }, link) => {
      if (!settings.allowTerminate) {
        log.warn('a client was refused to stop the server', asker(link));
        throw new Refusal(801);
      }
      log.warn('a client stops the server', asker(link));
      return { afterwards: terminate };
    },
  ),

  command(['RESET_ORCHESTRATOR', 'ResetOrchestrator'], commands.nothing, 801, (context, link) => {
    const { settings, log, users, disconnectAll } = context;
    if (!settings.allowTerminate) {
      log.warn('a client was refused to end all sessions', asker(link));
      throw new Refusal(801);
    }
    log.warn('a client ends all sessions', asker(link));
    return {
      afterwards: () => {
        for (const user of [...users]) logOut(context, user.link);
        disconnectAll();
      },
    };
  }),
];

/** The client of a request without login, for the log. */
function asker({ user, address }: Link): object {
  return { user: user?.id, name: user?.name, address };
}
