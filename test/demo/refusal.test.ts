import { expect } from 'chai';
import { browserOf, refusalOf } from '../../demo/model/refusal.js';

const facts = { isSecure: true, isFramed: false, isAllowedByPolicy: true, permission: 'denied' } as const;

describe('a camera that the browser does not give', () => {
  it('was denied, dismissed, forbidden by the page around, or is for secure pages only', () => {
    expect(refusalOf(facts)).to.equal('denied');
    expect(refusalOf({ ...facts, permission: 'prompt' })).to.equal('dismissed');
    expect(refusalOf({ ...facts, permission: undefined })).to.equal('denied');
    expect(refusalOf({ ...facts, isFramed: true })).to.equal('denied');
    expect(refusalOf({ ...facts, isFramed: true, isAllowedByPolicy: false })).to.equal('policy');
    expect(refusalOf({ ...facts, isFramed: true, isAllowedByPolicy: undefined })).to.equal('policy');
    expect(refusalOf({ ...facts, isAllowedByPolicy: undefined })).to.equal('denied');
    expect(refusalOf({ ...facts, isSecure: false, isAllowedByPolicy: false })).to.equal('insecure');
  });

  it('is given by a click that is elsewhere in each browser', () => {
    const webkit = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)';
    expect(browserOf(`${webkit} Chrome/120.0.0.0 Safari/537.36`)).to.equal('chromium');
    expect(browserOf(`${webkit} Version/17.1 Safari/605.1.15`)).to.equal('safari');
    expect(browserOf('Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0')).to.equal('firefox');
  });
});
