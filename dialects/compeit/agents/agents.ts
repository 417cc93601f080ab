import type { Agent } from '../agent.js';
import { ChatAgent } from './chat-agent.js';
import { FileAgent } from './file-agent.js';
import type { KurentoAgentSettings } from './kurento-agent.js';
import { KurentoAgent } from './kurento-agent.js';

/** The agents there are. Messages of any other type are relayed, and ignored when they are for the server. */
export function agentsOf(settings: KurentoAgentSettings): readonly Agent[] {
  return [new KurentoAgent(settings), new ChatAgent(), new FileAgent()];
}
