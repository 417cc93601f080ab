import type { Agent } from '../agent.js';
import { ChatAgent } from './chat-agent.js';
import { FileAgent } from './file-agent.js';
import type { KurentoAgentSettings } from './kurento-agent.js';
import { KurentoAgent } from './kurento-agent.js';

/** All agents. Messages of other types are relayed; those for the server are ignored. */
export function agentsOf(settings: KurentoAgentSettings): readonly Agent[] {
  return [new KurentoAgent(settings), new ChatAgent(), new FileAgent()];
}
