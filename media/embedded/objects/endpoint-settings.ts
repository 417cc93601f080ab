import type { z } from 'zod';
import type { Operations } from './operations.js';
import { property } from './operations.js';
import { flag, integer, text } from './parameters.js';

/**
 * Properties of a WebRtcEndpoint that can be set, with the defaults of a Kurento Media Server
 * (docs/protocols/kurento-media.md#73-properties). Bandwidths are in kbit/s; 0: no limit. `mtu` is in bytes. The engine
 * acts on `maxVideoRecvBandwidth`, on a `maxVideoSendBandwidth` that was set, and, when it negotiates, on the receive limits in its offers and on the properties
 * in endpoint-reach.ts. It only remembers the others: it encodes nothing, and its packets are as large as the
 * publisher's.
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
  /** Of this engine alone: whether the local addresses are told besides those that are announced in their place. */
  tellOwnAddresses: false,
  iceTcp: true,
};

export type EndpointSettings = typeof defaultSettings;

interface HasSettings {
  readonly settings: EndpointSettings;
  /** Whether `maxVideoSendBandwidth` was set: its default would hold every picture small. */
  limitsVideoSent: boolean;
}

export const settingsOperations: Operations<HasSettings> = Object.entries(defaultSettings)
  .map(([name, value]) =>
    property(
      name,
      schemaFor(value),
      ({ settings }: HasSettings) => settings[name as keyof EndpointSettings],
      (self, given) => {
        const { settings } = self;
        if (name === 'maxVideoSendBandwidth') self.limitsVideoSent = true;
        if (name !== 'stunServerPort' || isPort(given)) Object.assign(settings, { [name]: given });
      },
    ),
  )
  .reduce((all, one) => ({ ...all, ...one }));

/** Another value is ignored, as a Kurento Media Server does. */
function isPort(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

function schemaFor(value: string | number | boolean): z.ZodType {
  if (typeof value === 'number') return integer;
  return typeof value === 'string' ? text : flag;
}
