import type { z } from 'zod';
import type { Operations } from './operations.js';
import { property } from './operations.js';
import { flag, integer, text } from './parameters.js';

/**
 * Properties of a WebRtcEndpoint that can be set, with the defaults of a Kurento Media Server (§7.3). Bandwidths are in kbit/s.
 * The engine acts on `maxVideoRecvBandwidth` and, when it negotiates, on what says how it is reached (endpoint-reach.ts). It
 * encodes nothing, and its packets are as large as the publisher's: the others are kept only.
 */
export const defaultSettings = {
  maxVideoRecvBandwidth: 0,
  minVideoRecvBandwidth: 100,
  maxVideoSendBandwidth: 500,
  minVideoSendBandwidth: 100,
  maxAudioRecvBandwidth: 0,
  mtu: 1200,
  stunServerAddress: '',
  stunServerPort: 3478,
  turnUrl: '',
  externalIPv4: '',
  externalIPv6: '',
  networkInterfaces: '',
  iceTcp: true,
};

export type EndpointSettings = typeof defaultSettings;

interface HasSettings {
  readonly settings: EndpointSettings;
}

export const settingsOperations: Operations<HasSettings> = Object.entries(defaultSettings)
  .map(([name, value]) =>
    property(
      name,
      schemaFor(value),
      ({ settings }: HasSettings) => settings[name as keyof EndpointSettings],
      ({ settings }, given) => {
        Object.assign(settings, { [name]: given });
      },
    ),
  )
  .reduce((all, one) => ({ ...all, ...one }));

function schemaFor(value: string | number | boolean): z.ZodType {
  if (typeof value === 'number') return integer;
  return typeof value === 'string' ? text : flag;
}
