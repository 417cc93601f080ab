import { expect } from 'chai';
import { Validator } from '@seriousme/openapi-schema-validator';
import { useServer } from '../support/server.js';

describe('GET /api/v1/openapi.json', () => {
  const server = useServer({ pathPrefix: '/meet' });

  it('is a valid OpenAPI 3.1 document of every path', async () => {
    const response = await fetch(`${server().url}api/v1/openapi.json`);
    const document = (await response.json()) as { paths: object; servers: unknown };
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(valid, JSON.stringify(errors)).to.be.true;
    expect(validator.version).to.equal('3.1');
    expect(document.servers).to.deep.equal([{ url: '/meet' }]);
    expect(document.paths).to.include.keys('/getAllRooms', '/healthz', '/api/v1/rooms/{room}');
  });

  it('names the operations that need the token, and the refusals of each', async () => {
    const response = await fetch(`${server().url}api/v1/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    const room = document.paths['/api/v1/rooms/{room}'];
    expect(room).to.have.nested.property('delete.security[0].adminToken');
    expect(room).to.have.deep.nested.property('get.security', [{}, { adminToken: [] }, { accessToken: [] }]);
    expect(document.paths).to.have.deep.nested.property('/getClientConfig.get.security', []);
    expect(room?.delete).to.have.property('responses').that.includes.keys('204', '401', '403', '404');
    expect(room).to.have.nested.property('get.parameters[0].in', 'path');
    expect(document.paths['/close']).to.have.nested.property('get.parameters[0].in', 'query');
  });
});
