import { expect, test } from 'vitest';
import { vendorsOf, withVendors } from '../../../core/diagnosis/vendors.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding, aReport } from '../../builders.ts';

const vendors = [
  { name: 'acme-pay', hosts: ['api.acmepay.example'], usedBy: ['checkout'] },
  { name: 'mailer', hosts: ['api.mailer.example'], usedBy: ['newsletter'] },
];
const symptom = (over: Partial<Finding> = {}): Finding => {
  const { cause: _, ...finding } = aFinding({ specialist: 'logs', role: 'symptom' });
  return { ...finding, ...over };
};
const attributed = (text: string, over: Partial<Finding> = {}) => withVendors([symptom(over)], vendors, () => text)[0];

test('an error that names the host of a vendor is one towards the vendor', () => {
  expect(attributed('POST https://API.acmepay.example/v1/charges: 503')).toMatchObject({
    dependency: { kind: 'Vendor', name: 'acme-pay' },
    cause: 'dependency-unavailable',
  });
});
test('a cause that the error states stays', () => {
  expect(attributed('x509 of api.acmepay.example expired', { cause: 'certificate-expired' })).toMatchObject({
    cause: 'certificate-expired',
    dependency: { name: 'acme-pay' },
  });
});
test.each([
  ['a longer name', 'eu.api.acmepay.example.attacker.test and my-api.acmepay.example-x'],
  ['two vendors', 'api.acmepay.example and api.mailer.example fail'],
  ['no vendor', 'orders-db: connection refused'],
])('an error that names %s is left as it is', (_, text) => expect(attributed(text)).toEqual(symptom()));
test('metrics, changes and context are left as they are', () => {
  for (const over of [{ specialist: 'metrics' }, { role: 'change' }, { role: 'context' }] as const)
    expect(attributed('api.acmepay.example', over)).toEqual(symptom(over));
});
test('the vendors of all reports are joined by name', () => {
  const topology = { calls: [], databases: [], vendors };
  expect(vendorsOf([aReport({ topology }), aReport(), aReport({ topology })])).toEqual(vendors);
});
