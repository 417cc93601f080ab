import { command } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { Refusal } from './errors.js';
import { commands } from './messages.js';
import { logOut } from './user-endpoints.js';

/** The version of the original that this dialect speaks like; clients show it and look that it has three numbers. */
const version = { orchestratorVersion: '2.7.4', revision: 'atrium' };

/** What needs no login (Orchestrator §7, §10). */
export const operatorEndpoints: readonly Endpoint[] = [
  command(['GET_ORCHESTRATOR_VERSION', 'GetOrchestratorVersion'], commands.nothing, 801, () => ({ body: version })),

  command(['GET_NTP_TIME', 'GetNTPTime'], commands.nothing, 2001, ({ now }) => {
    const ntpTimeMs = Math.round(now());
    return { body: { ntpDate: new Date(ntpTimeMs).toISOString(), ntpTimeMs } };
  }),

  command(['DUMP_DATA', 'DumpData'], commands.nothing, 801, ({ id, users, sessions, attendance, settings, log }) => {
    if (!settings.orchestratorDumpData) {
      log.warn('a dump of all data was refused');
      throw new Refusal(801);
    }
    log.info('all data was dumped');
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
    ({ settings, log, terminate }) => {
      if (!settings.orchestratorAllowTerminate) {
        log.warn('a client was refused to stop the server');
        throw new Refusal(801);
      }
      log.warn('a client stops the server');
      return { afterwards: terminate };
    },
  ),

  command(['RESET_ORCHESTRATOR', 'ResetOrchestrator'], commands.nothing, 801, (context) => {
    const { settings, log, users, disconnectAll } = context;
    if (!settings.orchestratorAllowTerminate) {
      log.warn('a client was refused to end all sessions');
      throw new Refusal(801);
    }
    log.warn('a client ends all sessions');
    return {
      afterwards: () => {
        for (const { client } of [...users]) logOut(context, client);
        disconnectAll();
      },
    };
  }),
];
