import { dialectEntry } from '../dialect.js';
import { OrchestratorGateway } from './gateway.js';
import { orchestratorOptions } from './options.js';

export const orchestrator = dialectEntry({
  title: 'VR2Gather Orchestrator',
  options: orchestratorOptions,
  create: (settings, { terminate }) => new OrchestratorGateway(settings, terminate),
  secret: { setBy: 'ORCHESTRATOR_PASSWORD', isAsked: ({ password }) => password !== '' },
});
