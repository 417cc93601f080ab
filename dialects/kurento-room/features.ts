/** What a client can name in `joinRoom` to be told more than a client of 2016 was (docs/access.md#the-room-protocol). */
export const featureNames = [
  'state',
  'moderation',
  'metadata',
  'ice',
  'streams',
  'chat',
  'reports',
  'resume',
  'recording',
  'lifecycle',
  'quality',
  'speakers',
] as const;
export type Feature = (typeof featureNames)[number];

/** A set of features: one bit for each, so that an event is encoded once for all clients with the same ones. */
export type Features = number;

export const noFeatures: Features = 0;

/** Names that are not known are ignored. */
export function featuresNamed(names: readonly string[]): Features {
  return featureNames.reduce((set, name, index) => (names.includes(name) ? set | (1 << index) : set), noFeatures);
}

export function has(set: Features, feature: Feature): boolean {
  return (set & (1 << featureNames.indexOf(feature))) !== 0;
}

export function namesOf(set: Features): Feature[] {
  return featureNames.filter((name) => has(set, name));
}
