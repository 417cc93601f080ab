import { z } from 'zod';
import { processMark } from '../../process-mark.js';
import type { ProcessMark } from '../../process-mark.js';
import type { InnerRequest } from './transaction.js';

/** Whose pipelines they are. */
export interface Owner {
  /** Of the server: the same at its next start. */
  readonly name: string;
  /** One engine has it, from its start to its end. */
  readonly life: string;
  readonly process?: ProcessMark | undefined;
}

/** A life of any server, as its last beat shows it. */
const lifeMark = z.object({
  atrium: z.literal('life'),
  server: z.string(),
  life: z.string(),
  /** Another number at each beat. */
  beat: z.int(),
  process: processMark.optional(),
  /** Of the server among others that share their rooms. */
  node: z.string().optional(),
});
export type LifeMark = z.infer<typeof lifeMark>;

const pipelineMark = z.object({ atrium: z.literal('pipeline'), server: z.string(), life: z.string() });
export type PipelineMark = z.infer<typeof pipelineMark> & { readonly id: string };

const mark = z.discriminatedUnion('atrium', [lifeMark, pipelineMark]);
const tag = z.object({ key: z.string(), value: z.string() });

export interface Marks {
  readonly lives: readonly LifeMark[];
  readonly pipelines: readonly PipelineMark[];
}

const manager = 'manager_ServerManager';
const firstResult = 'newref:0';

/**
 * Creates a pipeline with the tags of its owner. The server manager gets a tag for each pipeline too: a KMS that is asked for its
 * pipelines keeps all of them for minutes, even those that nobody uses (docs/protocols/kurento-media.md#4-sessions-and-lifetime).
 */
export function creation({ name, life }: Owner): InnerRequest[] {
  return [
    { method: 'create', params: { type: 'MediaPipeline', properties: {} } },
    addTag(manager, firstResult, { atrium: 'pipeline', server: name, life } satisfies Omit<PipelineMark, 'id'>),
    addTag(firstResult, 'atrium.server', name),
    addTag(firstResult, 'atrium.life', life),
  ];
}

/** Makes a pipeline of another life that of this owner. */
export function claiming({ name, life }: Owner, pipeline: string): InnerRequest[] {
  return [
    addTag(pipeline, 'atrium.server', name),
    addTag(pipeline, 'atrium.life', life),
    addTag(manager, pipeline, { atrium: 'pipeline', server: name, life } satisfies Omit<PipelineMark, 'id'>),
  ];
}

/** Ends a pipeline, and its tag at the server manager. */
export function ending(pipeline: string): InnerRequest[] {
  return [{ method: 'release', params: { object: pipeline } }, ...forgetting(pipeline)];
}

/** Ends the tag of a pipeline at the server manager. The pipeline stays. */
export function forgetting(pipeline: string): InnerRequest[] {
  return [removeTag(pipeline)];
}

/** Shows that the owner lives, and asks for all tags. The answer to the second request is for `marksIn`. */
export function showingLife({ name, life, process }: Owner, beat: number, node?: string): InnerRequest[] {
  const value: LifeMark = { atrium: 'life', server: name, life, beat, ...(process && { process }), node };
  return [addTag(manager, lifeKey(life), value), invoke(manager, 'getTags')];
}

/** The owner ends, and what it has let go stays until its life has stood still for a while. */
export function pausingLife({ name, life }: Owner, beat: number, node?: string): InnerRequest[] {
  return [addTag(manager, lifeKey(life), { atrium: 'life', server: name, life, beat, node } satisfies LifeMark)];
}

export function endingLife(life: string): InnerRequest[] {
  return [removeTag(lifeKey(life))];
}

/** Tags of others are left out. */
export function marksIn(tags: unknown): Marks {
  const lives: LifeMark[] = [];
  const pipelines: PipelineMark[] = [];
  for (const { key, value } of z.array(tag).safeParse(tags).data ?? []) {
    const read = mark.safeParse(parsed(value)).data;
    if (read?.atrium === 'life') lives.push(read);
    else if (read) pipelines.push({ ...read, id: key });
  }
  return { lives, pipelines };
}

function lifeKey(life: string): string {
  return `atrium.life.${life}`;
}

function addTag(object: string, key: string, value: string | object): InnerRequest {
  return invoke(object, 'addTag', { key, value: typeof value === 'string' ? value : JSON.stringify(value) });
}

function removeTag(key: string): InnerRequest {
  return invoke(manager, 'removeTag', { key });
}

function invoke(object: string, operation: string, operationParams: object = {}): InnerRequest {
  return { method: 'invoke', params: { object, operation, operationParams } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
