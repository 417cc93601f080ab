import { expect } from 'chai';
import { errorNames, roomErrors } from '../../../dialects/openvidu/errors.js';
import { notifications } from '../../../dialects/openvidu/notifications.js';
import { requests } from '../../../dialects/openvidu/requests.js';

describe('OpenVidu: what is declared of requests and notifications', () => {
  it('has each once, and examples that fit the schemas', () => {
    const names = requests.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, params, result, example } of requests) {
      expect(params.safeParse(example.params).error, name).to.equal(undefined);
      if (name !== 'prepareReceiveVideoFrom') expect(result.safeParse(example.result).error, name).to.equal(undefined);
    }
  });

  it('§7 invents no notification: the library logs an error for those that it does not know', () => {
    expect(notifications.map(({ name }) => name)).to.deep.equal([
      'participantJoined',
      'participantPublished',
      'participantUnpublished',
      'participantLeft',
      'participantEvicted',
      'sendMessage',
      'streamPropertyChanged',
      'connectionPropertyChanged',
      'iceCandidate',
      'mediaError',
      'recordingStarted',
      'recordingStopped',
    ]);
  });

  it('§9 has a number for each refusal of the rooms, and each is one that is named', () => {
    for (const code of Object.values(roomErrors)) expect(Object.keys(errorNames)).to.include(String(code));
    expect(roomErrors['not-allowed']).to.equal(401);
  });
});
