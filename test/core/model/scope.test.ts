import { describe, expect, test } from 'vitest';
import { isWithin, scopeOf } from '../../../core/model/scope.ts';
import { aContext, aScope } from '../../builders.ts';

const scope = aScope({ cluster: 'near', namespace: 'shop', neighbours: ['ledger'], reach: 'neighbourhood' });

describe('a scope', () => {
  test.each<[string, object, boolean]>([
    ['its namespace', { cluster: 'near', namespace: 'shop', service: 'anything' }, true],
    ['another namespace', { cluster: 'near', namespace: 'bank' }, false],
    ['another cluster', { cluster: 'far', namespace: 'shop' }, false],
    ['a neighbour elsewhere', { cluster: 'far', namespace: 'bank', service: 'ledger' }, true],
    ['a pod of a neighbour', { cluster: 'far', namespace: 'bank', pod: 'ledger-5d8f7-x2k4p' }, true],
    ['a pod of one that is only called alike', { cluster: 'far', namespace: 'bank', pod: 'ledgers-5d8f7' }, false],
    ['a node of its cluster', { cluster: 'near' }, true],
    ['what every workload of its cluster needs', { cluster: 'near', namespace: 'kube-system' }, true],
    ['the same of another cluster', { cluster: 'far', namespace: 'kube-system' }, false],
    ['what does not say where it is', {}, true],
  ])('has %s: %j, %s', (_, place, expected) => {
    expect(isWithin(scope, place)).toBe(expected);
  });
  test('of a brief has the place, what it talks to and what is in focus', () => {
    const known = (value: string, confidence = 0.9) => ({ value, source: 's', confidence, alternatives: [] });
    const context = aContext({
      service: known('web'),
      cluster: known('near'),
      namespace: known('shop', 0.4),
      callers: ['gateway'],
      callees: ['ledger'],
    });
    const focus = [{ kind: 'Node', name: 'node-1' }];
    expect(scopeOf({ incidentId: 'inc-1', context, focus }, 'cluster')).toMatchObject({
      cluster: 'near',
      // In doubt.
      namespace: undefined,
      service: 'web',
      neighbours: ['gateway', 'ledger', 'node-1'],
      reach: 'cluster',
      window: { start: context.window.baseline.start, end: context.window.incident.end },
    });
  });
});
