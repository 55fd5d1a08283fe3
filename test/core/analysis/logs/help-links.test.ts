import { describe, expect, test } from 'vitest';
import { signatureOf } from '../../../../core/analysis/logs/signatures.ts';

const hostIn = (text: string) => signatureOf(text)?.dependency?.name;

describe('a link to documentation is not the host of an error', () => {
  test.each([
    'certificate has expired, request to https://help.vendor.io/ssl for details',
    'certificate has expired, see https://support.vendor.io/ssl',
    'certificate has expired. For details see https://vendor.io/errors/cert-17.',
    'x509: certificate has expired or is not yet valid; more info at: https://kb.vendor.com/a/12',
    'certificate has expired (refer to https://vendor.io/tls)',
    'connection refused, read more at https://status.vendor.io/why',
  ])('%s', (text) => {
    expect(signatureOf(text)).toBeDefined();
    expect(hostIn(text)).toBeUndefined();
  });
});

describe('an address that the error is about stays', () => {
  test.each([
    ['certificate has expired, request to https://pay.vendor.io/v1/charge', 'pay.vendor.io'],
    [
      'request to https://pay.vendor.io/v1/charge failed, reason: certificate has expired, see https://help.vendor.io/ssl',
      'pay.vendor.io',
    ],
    ['certificate has expired for https://pay.vendor.io/details', 'pay.vendor.io'],
    ['certificate has expired calling https://ledger.billing.svc:8443/help for details', 'ledger'],
  ])('%s', (text, host) => {
    expect(hostIn(text)).toBe(host);
  });
});
