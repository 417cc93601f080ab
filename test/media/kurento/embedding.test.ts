import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { z } from 'zod';
import { testProgram } from '../../support/programs.js';

const report = z.object({
  changed: z.array(z.string()),
  printed: z.array(z.object({ level: z.string(), message: z.string() })),
  error: z.string(),
});

/** In a process of its own: the one of the tests has loaded all sorts of things. */
describe('kurento engine › a program that embeds it', () => {
  it('keeps its console, its errors and its event emitters; what kurento-client prints is in the log', async () => {
    const { changed, printed, error } = await run();
    expect(changed, 'while kurento-client is loaded, used and closed').to.deep.equal([]);
    expect(error, 'the stack of an error does not get into JSON').to.equal('{"error":{}}');
    expect(printed.map(({ level }) => level)).to.deep.equal(['debug', 'debug']);
    expect(printed[0]?.message).to.include("Unknown object id 'nobody'");
    expect(printed[1]?.message).to.include('No callback was defined for this message');
  });

  it('keeps the toJSON that it gave to errors', async () => {
    const { changed, error } = await run('own-to-json');
    expect(changed).to.deep.equal([]);
    expect(error).to.equal('{"error":"an error of the program"}');
  });
});

/** What the program prints is its report and nothing else. */
async function run(...args: string[]): Promise<z.infer<typeof report>> {
  const program = testProgram(new URL('embedding-program.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return report.parse(JSON.parse(stdout));
}
