import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The parsed text; undefined for an empty one. */
  readonly body: unknown;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, unknown> }>>>>;
}

/**
 * Asks the REST API. It sends paths unchanged (fetch would resolve `..`, also when it is encoded), and checks every answer against the
 * OpenAPI document of the same server.
 */
export class Asker {
  readonly #base: URL;
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });

  private constructor(base: URL, document: Document) {
    this.#base = base;
    this.#document = document;
    this.#ajv.addSchema(document, 'openapi');
  }

  /** @param base the server's address as http://host:port/prefix/ */
  static async of(base: string): Promise<Asker> {
    const response = await fetch(`${base}api/v1/openapi.json`);
    return new Asker(new URL(base), (await response.json()) as Document);
  }

  get document(): Document {
    return this.#document;
  }

  /** @param path below the prefix, without a leading slash */
  async ask(path: string, method = 'GET', headers: OutgoingHttpHeaders = {}, body?: string): Promise<Reply> {
    const reply = await send(this.#base, `${this.#base.pathname}${path}`, method, headers, body);
    if (method !== 'HEAD' && method !== 'OPTIONS') this.#check(`/${path}`, method, reply);
    return reply;
  }

  #check(path: string, method: string, { status, headers, text, body }: Reply): void {
    const where = `${method} ${path} ${status}`;
    const type = headers['content-type']?.split(';', 1)[0];
    const template = this.#templateOf(path.split('?', 1)[0] ?? path);
    const operation = template === undefined ? undefined : this.#document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || !operation) {
      // The path is not documented, but a refusal has the same form everywhere.
      expect(type, where).to.equal('application/problem+json');
      this.#validate('#/components/schemas/Problem', body, where);
      return;
    }
    expect(operation.responses, where).to.have.property(String(status));
    const response = operation.responses[String(status)] as { content?: Record<string, unknown> };
    if (!response.content) {
      expect(text, where).to.equal('');
      return;
    }
    expect(response.content, where).to.have.property(type ?? 'no content type');
    // A file has no schema.
    if (type?.includes('json') !== true) return;
    const pointer = ['paths', template, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
      .map((part) => encodeURIComponent(String(part).replace(/~/g, '~0').replace(/\//g, '~1')))
      .join('/');
    this.#validate(`#/${pointer}`, body, where);
  }

  #validate(pointer: string, body: unknown, where: string): void {
    const valid = this.#ajv.validate({ $ref: `openapi${pointer}` }, body);
    expect(valid, `${where}: ${this.#ajv.errorsText()} in ${JSON.stringify(body)}`).to.be.true;
  }

  #templateOf(path: string): string | undefined {
    const templates = Object.keys(this.#document.paths);
    const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return templates.includes(path) ? path : templates.find(fits);
  }
}

function send(
  base: URL,
  path: string,
  method: string,
  headers: OutgoingHttpHeaders,
  body: string | undefined,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: base.hostname, port: base.port, path, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject).on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
          const body: unknown = isJson ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, body });
        });
      },
    );
    asking.on('error', reject).end(body);
  });
}
