import { z } from 'zod';
import { recordingStates } from '../rooms/index.js';
import { download } from './download.js';
import { inRoom, nothing, onRoom, roomName } from './operation.js';
import type { Operation } from './operation.js';
import { recordingId } from './recording-schemas.js';
import { components } from './schemas.js';

const id = z.string().meta({ description: 'The id of the recording' });
const ofRecording = z.object({ id });
const ofFile = z.object({ id, file: z.string().meta({ description: 'As in `files` of the recording' }) });
const noRecording = ['recording-not-found'] as const;
const verb = {
  method: 'post',
  tag: 'recordings',
  params: ofRecording,
  access: 'recordings',
  node: 'of-recording',
  responses: { 200: components.Recording },
  problems: [...noRecording, 'conflict', 'room-unreachable'],
} as const;

/** The operations on recordings: a part of the table of `operations`. */
export const recordingOperations = {
  startRecording: {
    method: 'post',
    path: '/api/v1/rooms/{room}/recordings',
    tag: 'recordings',
    summary: 'Begins to record a room, a participant or a stream. Everybody is told',
    description:
      'Each stream goes into a file of its own, those that come later too. The end of the room ends the recording.',
    params: inRoom,
    body: components.NewRecording,
    access: 'roomRecord',
    responses: { 201: components.Recording },
    problems: [...onRoom, 'participant-not-found', 'conflict', 'media-failed', 'no-space'],
  },
  stopRecording: {
    ...verb,
    path: '/api/v1/recordings/{id}/stop',
    summary: 'Ends a recording, and answers when its files are whole. One that has ended stays as it is',
    description: 'After 10 s it is answered with what there is.',
  },
  pauseRecording: { ...verb, path: '/api/v1/recordings/{id}/pause', summary: 'Pauses a recording that runs' },
  resumeRecording: {
    ...verb,
    path: '/api/v1/recordings/{id}/resume',
    summary: 'Goes on with a recording that is paused',
  },
  listRecordings: {
    method: 'get',
    path: '/api/v1/recordings',
    tag: 'recordings',
    summary: 'The recordings that are kept, the newest first, those that run too',
    description: 'A token sees those of rooms for which it has `roomRecord` or `roomAdmin`.',
    params: z.object({
      room: roomName.optional().meta({ description: 'Of the room of that name. Default: of all' }),
      state: z.enum(recordingStates).optional().meta({ description: 'In that state. Default: in any' }),
      before: recordingId
        .optional()
        .meta({ description: 'Those after this one in the list: `next` of the page before' }),
      limit: z
        .string()
        .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
        .transform(Number)
        .optional()
        .meta({ description: 'How many at most. Default: 100' }),
    }),
    access: 'recordings',
    node: 'any',
    responses: { 200: components.RecordingList },
    problems: ['forbidden', 'not-found'],
  },
  getRecording: {
    method: 'get',
    path: '/api/v1/recordings/{id}',
    tag: 'recordings',
    summary: 'A recording',
    params: ofRecording,
    access: 'recordings',
    responses: { 200: components.Recording },
    problems: noRecording,
  },
  getManifest: {
    method: 'get',
    path: '/api/v1/recordings/{id}/manifest',
    tag: 'recordings',
    summary: 'All that is known of a recording, for programs that mix its files',
    params: ofRecording,
    access: 'recordings',
    responses: { 200: components.Manifest },
    problems: noRecording,
  },
  removeRecording: {
    method: 'delete',
    path: '/api/v1/recordings/{id}',
    tag: 'recordings',
    summary: 'Removes a recording with its files, in the object store too. Not while it runs',
    params: ofRecording,
    access: 'recordings',
    responses: { 204: nothing },
    problems: [...noRecording, 'conflict'],
  },
  getRecordedFile: {
    method: 'get',
    path: '/api/v1/recordings/{id}/files/{file}',
    tag: 'recordings',
    summary: 'A file of a recording, or a part of it. Not while it is written',
    description:
      '`Range` may name one range of bytes; several are answered with the whole file. `expires` and `signature` are those of a link, in place of a token.',
    params: ofFile.extend({ expires: z.string().optional(), signature: z.string().optional() }),
    access: 'recordings-or-link',
    responses: { 200: download, 206: download, 304: nothing },
    problems: [...noRecording, 'forbidden', 'conflict', 'precondition', 'range'],
  },
  linkRecordedFile: {
    method: 'post',
    path: '/api/v1/recordings/{id}/files/{file}/link',
    tag: 'recordings',
    summary: 'Makes a link to a file that needs no token, for 5 minutes: so a page can leave a download to the browser',
    params: ofFile,
    access: 'recordings',
    responses: { 200: components.FileLink },
    problems: [...noRecording, 'conflict'],
  },
} as const satisfies Record<string, Operation>;
