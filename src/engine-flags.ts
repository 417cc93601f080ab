import type { Config } from './config.js';

/** What an embedded engine is started with, besides its own ports. */
export function engineFlags(config: Config): string[] {
  const external = [config.mediaExternalIpv4, config.mediaExternalIpv6].filter((address) => address !== '');
  const announced = config.mediaAnnouncedAddresses.length > 0 ? config.mediaAnnouncedAddresses : external;
  const flags: readonly (readonly [flag: string, value: string])[] = [
    ['--announced-address', announced.join(',')],
    ['--bind-address', config.mediaBindAddress],
    ['--interfaces', config.mediaInterfaces.join(',')],
    ['--address-families', config.mediaAddressFamilies.join(',')],
    ['--recordings-dir', engineRecordingsDir(config)],
    ['--recording-keyframe-s', String(config.recordingKeyframeS)],
    ['--speaker-level', String(config.speakerLevel)],
    ['--log-level', config.logLevel],
  ];
  return flags.flatMap(([flag, value]) => (value === '' ? [] : [flag, value]));
}

/** Where the engines may write: they have one directory. */
export function engineRecordingsDir({ recordings, recordingsDir, mediaRecordingsDir }: Config): string {
  return recordings && recordingsDir !== '' ? recordingsDir : mediaRecordingsDir;
}

/** The options that a server gives its engines as these flags. */
const optionOfFlag: Readonly<Record<string, string>> = {
  '--announced-address': 'MEDIA_ANNOUNCED_ADDRESSES',
  '--bind-address': 'MEDIA_BIND_ADDRESS',
  '--interfaces': 'MEDIA_INTERFACES',
  '--address-families': 'MEDIA_ADDRESS_FAMILIES',
  '--recordings-dir': 'RECORDINGS_DIR or MEDIA_RECORDINGS_DIR',
  '--recording-keyframe-s': 'RECORDING_KEYFRAME_S',
  '--speaker-level': 'SPEAKER_LEVEL',
  '--udp-ports': 'MEDIA_UDP_PORTS',
};

/** What an engine says of one of its flags, with the name of the option that the operator knows. */
export function inOptions(message: string): string {
  return message.replace(/^--[a-z-]+/, (flag) => optionOfFlag[flag] ?? flag);
}
