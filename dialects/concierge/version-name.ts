/**
 * The versions of the protocol: that of June 2020, the two spellings of 0.1, and 0.2 (`services`)
 * (docs/protocols/concierge.md#13-where-the-sources-disagree, #14-version-02).
 */
export type VersionName = 'june' | 'documented' | 'shipped' | 'services';

export interface VersionRules {
  readonly spelling: 'auto' | 'documented' | 'shipped';
  /** Whether 0.2 is served. */
  readonly services: boolean;
}

/** A semantic version (semver.org §2) that is no pre-release. */
const release = /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** @returns undefined for a version that is not served */
export function versionNameOf(version: string, { spelling, services }: VersionRules): VersionName | undefined {
  const [, major, minor, patch] = release.exec(version) ?? [];
  if (major !== '0') return undefined;
  if (minor === '2') return services ? 'services' : undefined;
  if (minor !== '1') return undefined;
  if (spelling !== 'auto') return spelling;
  return patch === '0' ? 'documented' : 'shipped';
}

/** The version a client is told in HELLO. */
export const servedVersion: Readonly<Record<VersionName, string>> = {
  june: '0.1.0',
  documented: '0.1.1',
  shipped: '0.1.1',
  services: '0.2.0',
};
