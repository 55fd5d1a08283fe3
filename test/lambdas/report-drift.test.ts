import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { Message } from '../../core/model/message.ts';
import { Catalog } from '../../core/ports/catalog.ts';
import { type InventoryParts, joinInventories } from '../../core/topology/discovery/inventory.ts';
import { create } from '../../lambdas/report-drift/handler.ts';

const catalog = Catalog.parse({
  environments: { production: { level: 'walk' } },
  clusters: [{ name: 'prod-1', environment: 'production' }],
  services: [
    {
      name: 'ledger',
      owners: ['team-billing'],
      placements: [{ cluster: 'prod-1', namespace: 'billing', environment: 'production' }],
    },
  ],
});
const prod = { name: 'prod-1', complete: true, at: 'cluster prod-1' };
const workload = (name: string, labels: Record<string, string> = {}, namespace = 'billing') => ({
  ...{ cluster: 'prod-1', namespace, kind: 'Deployment', name, images: [`r/${name}:1`] },
  ...{ labels, podLabels: labels },
});

async function reported(parts: InventoryParts, publish?: () => Promise<void>) {
  const messages: Message[] = [];
  const handler = create({
    stage: 'prod',
    channel: 'C0123',
    discover: async () => joinInventories([parts]),
    catalog: { load: async () => catalog },
    chat: { publish: publish ?? (async (message) => void messages.push(Message.parse(message))) },
    clock: { now: () => new Date('2026-11-30T07:00:05Z') },
  });
  const result = await handler({}, { getRemainingTimeInMillis: () => 60_000 } as Context);
  return { result, messages };
}

test('a catalogue that has everything gets no message', async () => {
  const { result, messages } = await reported({ clusters: [prod], workloads: [workload('ledger')] });
  expect(messages).toEqual([]);
  expect(result).toEqual({ differences: 0, told: false });
});

test('differences are one message to the channel, each with where it was read, and how to apply them', async () => {
  const { messages } = await reported({
    clusters: [prod],
    workloads: [workload('ledger', { team: 'team-web' }), workload('cart', {}, 'shop')],
  });
  expect(messages).toMatchObject([
    { key: 'catalog-drift-prod-2026-11-30', incidentId: 'none', kind: 'answer', slack: { channel: 'C0123' } },
  ]);
  const { headline = '', lines = [] } = messages[0] ?? {};
  expect(headline).toBe(
    'The service catalogue of prod differs from the systems: 1 new entry, 0 to complete, 1 doubt, 0 not seen any more.',
  );
  expect(lines[0]).toMatch(/^\+ service cart: placements: \{ cluster: prod-1, namespace: shop, .*\(read at prod-1: /);
  expect(lines[1]).toMatch(/^\? ledger: .*team-billing.*team-web \(read at prod-1: Deployment billing\/ledger/);
  expect(lines.at(-1)).toContain('npm run catalog -- discover --config FILE --write');
});

test('a service that nothing shows any more is told, but not where the cluster was not read whole', async () => {
  const gone = await reported({ clusters: [prod], workloads: [] });
  expect(gone.messages[0]?.lines[0]).toMatch(/^! ledger: /);
  const partial = await reported({ clusters: [{ ...prod, complete: false }], workloads: [] });
  expect(partial.messages).toEqual([]);
});

test('a source that failed is a line, also if nothing differs', async () => {
  const missing = Array.from({ length: 7 }, (_, index) => ({ what: `prod-${index}: refused.`, fix: 'allow it' }));
  const { messages, result } = await reported({ clusters: [prod], workloads: [workload('ledger')], missing });
  expect(result).toEqual({ differences: 0, told: true });
  expect(messages[0]?.headline).toContain('not everything could be read');
  expect(messages[0]?.lines).toEqual([
    ...missing.slice(0, 5).map(({ what }) => `Not read: ${what} To get it: allow it.`),
    'and 2 more parts that were not read',
  ]);
});

test('many differences are cut with their number, and do not hide what is gone', async () => {
  const many = Array.from({ length: 60 }, (_, index) => workload(`svc${index}-${'x'.repeat(60)}`, {}, `ns${index}`));
  const { messages, result } = await reported({ clusters: [prod], workloads: many });
  expect(result).toMatchObject({ differences: 61 });
  const { lines = [] } = messages[0] ?? {};
  expect(lines.filter((line) => /^[+~?!] /.test(line))).toHaveLength(20);
  expect(lines.some((line) => line.startsWith('! ledger'))).toBe(true);
  expect(lines).toContain('and 41 more differences');
});

test('hostile and secret text stays one cut line', async () => {
  const owner = `team\u001b[31m\n<!channel> ${'y'.repeat(5000)}`;
  const { messages } = await reported({
    clusters: [prod],
    workloads: [workload('ledger')],
    missing: [{ what: `loki: https://user:hunter2hunter2@loki.example.com ${owner}`, fix: 'x' }],
  });
  const [line = ''] = messages[0]?.lines ?? [];
  expect(line.length).toBeLessThanOrEqual(280);
  expect(line).not.toMatch(/\p{C}/u);
  expect(line).not.toContain('hunter2');
});

test('a chat that does not take the message fails the run, so that it is repeated', async () => {
  const refuse = () => Promise.reject(new Error('Slack did not take the message.'));
  await expect(reported({ clusters: [prod], workloads: [] }, refuse)).rejects.toThrow('did not take');
});
