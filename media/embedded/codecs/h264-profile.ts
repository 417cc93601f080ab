/** Profiles in one line, each a step above the one before: a decoder of one decodes those below. */
const ladder = ['baseline', 'main', 'high', 'high-10', 'high-422', 'high-444'] as const;
/** RFC 6184 §8.1: what `profile-level-id` means when it is missing. */
const defaultProfile = '420010';

/**
 * How far the profile of a receiver is above that of a source: 0 for the same; undefined when it is below. The
 * parameters are texts of `a=fmtp`. Within a step all take each other: what sets baseline and constrained baseline
 * apart, or high and constrained high, no encoder for calls makes use of (RFC 6184 §8.1, table 5).
 */
export function profileDistance(source: string, receiver: string): number | undefined {
  const [from, to] = [profileOf(source), profileOf(receiver)];
  if (from.bits === to.bits) return 0;
  const [low, high] = [ladder.indexOf(from.step), ladder.indexOf(to.step)];
  return high < low ? undefined : high - low + 0.5;
}

function profileOf(parameters: string): { readonly step: (typeof ladder)[number]; readonly bits: string } {
  const text = /profile-level-id\s*=\s*([\da-f]{6})\b/i.exec(parameters)?.[1]?.toLowerCase() ?? defaultProfile;
  const bits = text.slice(0, 4);
  const constraints = parseInt(text.slice(2, 4), 16);
  return { step: stepOf(text.slice(0, 2), constraints), bits };
}

function stepOf(profile: string, constraints: number): (typeof ladder)[number] {
  // A stream of another profile that keeps to baseline says so in its first bit.
  if (profile === '42' || ((profile === '4d' || profile === '58') && (constraints & 0x80) !== 0)) return 'baseline';
  if (profile === '4d') return 'main';
  if (profile === '64') return 'high';
  if (profile === '6e') return 'high-10';
  return profile === '7a' ? 'high-422' : 'high-444';
}
