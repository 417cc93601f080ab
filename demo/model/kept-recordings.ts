import type { RecordingDetails } from '../../client/index.js';
import { homeOf } from './address.js';

/** How long the page waits for the server, in ms. */
const patienceMs = 5_000;

/** A recording that the server keeps. */
export interface KeptRecording {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly startedAt: Date;
  /** Undefined: not known. */
  readonly durationMs: number | undefined;
  readonly files: readonly KeptFile[];
}

export interface KeptFile {
  readonly file: string;
  /** The name of the participant, for people. */
  readonly of: string;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Those of a room, the newest first. Undefined when the server does not tell them. @param token of the user */
export async function keptRecordings(room: string, token: string): Promise<readonly KeptRecording[] | undefined> {
  const answer = await ask(`api/v1/recordings?room=${encodeURIComponent(room)}`, 'GET', token);
  const list = memberOf(answer, 'recordings');
  return Array.isArray(list) ? (list as readonly unknown[]).flatMap(recordingIn) : undefined;
}

/** For a user without a token: those that the room knows, without their files. */
export function knownRecording({ startedAt, ...known }: RecordingDetails): KeptRecording {
  return { ...known, startedAt: new Date(startedAt), durationMs: undefined, files: [] };
}

/** Where a file can be had for a few minutes, without a token. */
export async function linkTo(id: string, file: string, token: string): Promise<string | undefined> {
  const path = `api/v1/recordings/${encodeURIComponent(id)}/files/${encodeURIComponent(file)}/link`;
  const url = memberOf(await ask(path, 'POST', token), 'url');
  return typeof url === 'string' ? url : undefined;
}

async function ask(path: string, method: string, token: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(new URL(path, homeOf(location.href)), { method, signal, headers });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

function recordingIn(value: unknown): KeptRecording[] {
  const [id, name, state] = ['id', 'name', 'state'].map((member) => memberOf(value, member));
  const [started, files] = [memberOf(value, 'startedAt'), memberOf(value, 'files')];
  if (typeof id !== 'string' || typeof started !== 'string') return [];
  return [
    {
      ...{ id, name: textOf(name), state: textOf(state), startedAt: new Date(started) },
      durationMs: Number(memberOf(value, 'durationMs')),
      files: Array.isArray(files) ? (files as readonly unknown[]).map(fileIn) : [],
    },
  ];
}

function fileIn(value: unknown): KeptFile {
  return {
    file: textOf(memberOf(value, 'file')),
    of: textOf(memberOf(memberOf(value, 'participant'), 'name')),
    bytes: Number(memberOf(value, 'bytes')),
    durationMs: Number(memberOf(value, 'durationMs')),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
