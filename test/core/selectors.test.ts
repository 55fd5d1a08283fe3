import { describe, expect, it } from 'vitest';
import { carries, holds, isServedBy, owns, selects } from '../../core/selectors.ts';

const labels = { app: 'checkout', tier: 'web', weight: '7' };

describe('expressions of a label selector', () => {
  it.each([
    ['app', 'In', ['checkout', 'cart'], true],
    ['app', 'In', ['cart'], false],
    ['app', 'NotIn', ['cart'], true],
    ['app', 'NotIn', ['checkout'], false],
    ['zone', 'NotIn', ['a'], true],
    ['zone', 'In', ['a'], false],
    ['tier', 'Exists', [], true],
    ['zone', 'Exists', [], false],
    ['zone', 'DoesNotExist', [], true],
    ['tier', 'DoesNotExist', [], false],
    ['weight', 'Gt', ['5'], true],
    ['weight', 'Lt', ['5'], false],
    ['zone', 'Gt', ['5'], false],
    ['app', 'Resembles', ['x'], true],
  ])('%s %s %j: %s', (key, operator, values, isTrue) => {
    expect(holds({ key, operator, values }, labels)).toBe(isTrue);
  });
});

describe('what an empty selector means', () => {
  it('selects every node or pod in a policy, and nothing in a Service or a workload', () => {
    expect(carries(labels, undefined)).toBe(true);
    expect(selects({}, labels)).toBe(true);
    expect(isServedBy({}, labels)).toBe(false);
    expect(isServedBy(null, labels)).toBe(false);
    expect(owns({}, labels)).toBe(false);
    expect(owns(undefined, labels)).toBe(false);
  });
});

it('needs every pair and every expression', () => {
  const selector = {
    matchLabels: { app: 'checkout' },
    matchExpressions: [{ key: 'tier', operator: 'In', values: ['web'] }],
  };
  expect(owns(selector, labels)).toBe(true);
  expect(owns(selector, { ...labels, tier: 'batch' })).toBe(false);
  expect(owns({ matchExpressions: selector.matchExpressions }, labels)).toBe(true);
  expect(isServedBy({ app: 'checkout', tier: 'batch' }, labels)).toBe(false);
  expect(isServedBy({ app: 'checkout' }, undefined)).toBe(false);
});
