import { expect } from 'chai';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, the server manager (§5)', () => {
  const stage = new ProtocolStage();

  it('names the three modules the stock client looks for, and what can really be created', async () => {
    const info = (await stage.client.invoke('manager_ServerManager', 'getInfo')) as {
      modules: { name: string; factories: string[] }[];
    };
    expect(info).to.include({ __type__: 'ServerInfo', type: 'KMS' });
    expect(info.modules.map(({ name }) => name)).to.deep.equal(['core', 'elements', 'filters']);
    expect(info.modules.flatMap(({ factories }) => factories)).to.deep.equal([
      'MediaPipeline',
      'PassThrough',
      'RecorderEndpoint',
      'WebRtcEndpoint',
    ]);
  });

  it('knows pipelines, memory, processors and its use of them', async () => {
    const pipeline = await stage.client.create('MediaPipeline');
    expect(await stage.client.invoke('manager_ServerManager', 'getPipelines')).to.deep.equal([pipeline]);
    expect(await stage.client.invoke('manager_ServerManager', 'getUsedMemory')).to.be.within(10_000, 10_000_000);
    expect(await stage.client.invoke('manager_ServerManager', 'getCpuCount')).to.be.at.least(1);
    expect(await stage.client.invoke('manager_ServerManager', 'getUsedCpu', { interval: 10 })).to.be.at.least(0);
    expect(await stage.client.invoke('manager_ServerManager', 'getMetadata')).to.equal('');
    expect(await stage.client.invoke('manager_ServerManager', 'getParent')).to.equal(null);
    expectError(await stage.invoke('manager_ServerManager', 'getKmd', { moduleName: 'x' }), 40500, 'UNDEFINED');
    expectError(await stage.invoke('manager_ServerManager', 'getUsedCpu'), 40001, 'MARSHALL_ERROR');
  });

  it('tells of each object that is created', async () => {
    await stage.client.subscribe('manager_ServerManager', 'ObjectCreated');
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    expect(stage.client.events.map(({ data }) => data.object)).to.deep.equal([pipeline, endpoint]);
  });
});
