import { describe, expect, test } from 'vitest';
import { withMeshRefusals } from '../../../core/diagnosis/refused-by-mesh.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const policy = aFinding({
  id: 'kubernetes-1',
  claim: 'AuthorizationPolicy vault allows only calls of namespace archive to Deployment vault.',
  entity: { kind: 'Deployment', name: 'vault', ...place },
  cause: 'mesh-authorization',
  role: 'context',
  evidenceIds: ['ev-1'],
});
const logged = (claim: string, name = 'web'): Finding =>
  aFinding({
    id: `logs-${name}`,
    specialist: 'logs',
    claim,
    entity: { kind: 'Service', name, ...place },
    cause: 'access-denied',
    role: 'cause',
    onset: '2026-11-20T02:40:00.000Z',
    evidenceIds: ['ev-2'],
  });
const after = (...findings: readonly Finding[]) => withMeshRefusals(findings, () => '');

describe('a policy that lets only some callers in', () => {
  test('is the cause where a caller was refused by the proxy of this server', () => {
    const [cause, symptom] = after(policy, logged('[403] GET http://vault:8080/keys: [RBAC: access denied]'));
    expect(cause).toMatchObject({ role: 'cause', evidenceIds: ['ev-1', 'ev-2'], onset: '2026-11-20T02:40:00.000Z' });
    expect(symptom).toMatchObject({ role: 'symptom', dependency: { name: 'vault' } });
    expect(symptom?.cause).toBeUndefined();
  });
  test('is the cause where the proxy of the server writes it', () => {
    const [cause, symptom] = after(policy, logged('403 - rbac_access_denied_matched_policy[none]', 'vault'));
    expect(cause?.role).toBe('cause');
    expect(symptom?.dependency).toBeUndefined();
  });
  test.each([
    ['nobody was refused', logged('GET http://vault:8080/keys: 500')],
    ['another server refused', logged('[403] GET http://mail:8080/: [RBAC: access denied]')],
    ['the application refused', logged('[403] GET http://vault:8080/keys: missing scope keys.read')],
  ])('is none where %s', (_, line) => {
    expect(after(policy, line)).toEqual([policy, line]);
  });
});
