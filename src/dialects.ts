import { CompeitGateway } from '../dialects/compeit/gateway.js';
import { ConciergeGateway } from '../dialects/concierge/gateway.js';
import type { Dialect } from '../dialects/dialect.js';
import { EasyRtcGateway } from '../dialects/easyrtc/gateway.js';
import type { EasyRtcHooks } from '../dialects/easyrtc/hooks.js';
import { OrchestratorGateway } from '../dialects/orchestrator/gateway.js';
import { compeitSettings } from './compeit-settings.js';
import type { Config } from './config.js';
import { iceServerOf } from './ice-servers.js';
import type { Log } from '../log.js';
import { customRequestOf } from '../dialects/kurento-room/custom-request.js';
import type { FilterSettings } from '../dialects/kurento-room/custom-request.js';
import { RoomGateway } from '../dialects/kurento-room/gateway.js';

/** Where a program that embeds the server takes part, protocol by protocol. */
export interface Hooks {
  readonly easyrtc?: EasyRtcHooks;
}

export interface DialectNeeds {
  readonly config: Config;
  readonly log: Log;
  /** Where media servers fetch the images of filters; known once the server listens. */
  readonly imagesUrl: () => string;
  /** Stops the server, for the protocol that has a word for that. */
  readonly stop: () => void;
  readonly hooks: Hooks;
}

/** The protocols that are spoken, our own first. */
export function dialectsOf({ config, log, imagesUrl, stop, hooks }: DialectNeeds): Dialect[] {
  const dialects: Dialect[] = [new RoomGateway(log, config, customRequestOf(filterSettings(config, imagesUrl)))];
  if (config.easyrtcEnabled) {
    const iceServers = config.iceServers.map(iceServerOf);
    dialects.push(new EasyRtcGateway(config, { iceServers }, hooks.easyrtc));
  }
  if (config.orchestratorEnabled) dialects.push(new OrchestratorGateway(config, stop));
  if (config.conciergeEnabled) dialects.push(new ConciergeGateway(config));
  if (config.compeitEnabled) dialects.push(new CompeitGateway(compeitSettings(config)));
  return dialects;
}

function filterSettings(config: Config, imagesUrl: () => string): FilterSettings {
  const [offsetX = 0, offsetY = 0, width = 1, height = 1] = config.hatPlacement;
  const markerImages = config.markerImages.map((text) => {
    const [, index = '', image = ''] = /^(\d+)=(.*)$/.exec(text) ?? [];
    return { index: Number(index), image };
  });
  return { ...config, imagesUrl, hatPlacement: { offsetX, offsetY, width, height }, markerImages };
}
