// The tables without a socket: what the stores ask directly and what an SDK client asks is answered alike, until the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConditionalCheckFailedException, PutItemCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { callsOverAws, type TableCalls } from '../../../connectors/dynamodb/calls.ts';
import { tableDefinitions } from '../../../connectors/dynamodb/index.ts';
import { openTables } from '../../../local/runtime/tables.ts';

const TableName = 'incidents-1';
const definitions = tableDefinitions({ incidents: TableName, preferences: 'preferences-1', audit: 'audit-1' });
const Key = { pk: 'A', sk: '1' };
const Item = { ...Key, text: 'größer 💾', number: 1.5, none: null, list: [{ deep: [true, ''] }], gone: undefined };
const { gone: _, ...kept } = Item;

async function opened(onCall?: (operation: string) => void | Promise<void>, folder?: string) {
  const tables = await openTables(folder, definitions, onCall);
  onTestFinished(() => tables.close().catch(() => undefined));
  const calls: TableCalls = tables.calls;
  return { ...tables, calls };
}

/** Everything that the stores ask, with the answers. */
async function asked(calls: TableCalls) {
  const put = { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' };
  await calls.put(put);
  const again = await calls.put(put).catch((error: unknown) => error instanceof ConditionalCheckFailedException);
  const got = await calls.get({ TableName, Key });
  const none = await calls.get({ TableName, Key: { pk: 'A', sk: '2' } });
  const update = {
    TableName,
    Key,
    UpdateExpression: 'SET #text = :text',
    ExpressionAttributeNames: { '#text': 'text' },
    ExpressionAttributeValues: { ':text': { said: ['x'] } },
  };
  const quiet = await calls.update(update);
  const updated = await calls.update({ ...update, ReturnValues: 'ALL_NEW' });
  await calls.put({ TableName, Item: { pk: 'A', sk: '2' } });
  const query = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'A' }, Limit: 1 };
  const first = await calls.query(query);
  const second = await calls.query({ ...query, ExclusiveStartKey: first.LastEvaluatedKey });
  await calls.delete({ TableName, Key });
  const deleted = await calls.get({ TableName, Key });
  return {
    again,
    got: got.Item,
    none: none.Item,
    quiet: quiet.Attributes,
    updated: updated.Attributes,
    pages: [first, second].map(({ Items, Count, LastEvaluatedKey }) => ({ Items, Count, LastEvaluatedKey })),
    deleted: deleted.Item,
  };
}

test('the stores get the same answers directly as through the SDK', async () => {
  const [direct, overSdk] = [await opened(), await opened()];
  const answers = await asked(direct.calls);
  const text = { said: ['x'] };
  expect(answers).toEqual({
    again: true,
    got: kept,
    none: undefined,
    quiet: undefined,
    updated: { ...kept, text },
    pages: [
      { Items: [{ ...kept, text }], Count: 1, LastEvaluatedKey: Key },
      { Items: [{ pk: 'A', sk: '2' }], Count: 1, LastEvaluatedKey: { pk: 'A', sk: '2' } },
    ],
    deleted: undefined,
  });
  expect(await asked(callsOverAws(overSdk.client))).toEqual(answers);
});

test('what is on the disk is there when it is opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-tables-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const before = await opened(undefined, folder);
  await before.calls.put({ TableName, Item });
  await before.close();
  const { calls } = await opened(undefined, folder);
  expect((await calls.get({ TableName, Key })).Item).toEqual(kept);
});

test('what was put is not what the caller changes afterwards', async () => {
  const { calls } = await opened();
  const list = ['a'];
  await calls.put({ TableName, Item: { ...Key, list } });
  list.push('b');
  const { Item: got } = await calls.get({ TableName, Key });
  expect(got?.list).toEqual(['a']);
});

test('of many who put what may be there once, one does', async () => {
  const { calls } = await opened();
  const put = { TableName, Item: Key, ConditionExpression: 'attribute_not_exists(pk)' };
  const puts = await Promise.allSettled(Array.from({ length: 20 }, () => calls.put(put)));
  expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('what the tables refuse fails its call and no other, in the words of the service', async () => {
  const { calls, client } = await opened();
  const nowhere = { TableName: 'nowhere', Item: Key };
  await expect(calls.put(nowhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException', $fault: 'client' });
  await expect(
    client.send(new PutItemCommand({ TableName: 'nowhere', Item: { pk: { S: 'A' }, sk: { S: '1' } } })),
  ).rejects.toBeInstanceOf(ResourceNotFoundException);
  await expect(calls.query({ TableName, KeyConditionExpression: 'pk =' })).rejects.toThrow(
    'Invalid KeyConditionExpression',
  );
  await expect(calls.put({ TableName, Item: Key })).resolves.toBeDefined();
});

test('it closes when the calls that are being answered are, and nothing reaches the store after that', async () => {
  const { calls, close } = await opened();
  const puts = Array.from({ length: 20 }, (__, n) => calls.put({ TableName, Item: { pk: 'A', sk: `${n}` } }));
  const whenClosed = close();
  await expect(calls.get({ TableName, Key })).rejects.toThrow('The store is closed.');
  await expect(Promise.all(puts)).resolves.toHaveLength(20);
  await whenClosed;
});

test('a call that whoever listens refuses is not made', async () => {
  const heard: string[] = [];
  const { calls } = await opened((operation) => {
    heard.push(operation);
    if (operation === 'PutItem') throw new Error('It died here.');
  });
  await expect(calls.put({ TableName, Item })).rejects.toThrow('It died here.');
  await expect(calls.get({ TableName, Key })).resolves.toMatchObject({ Item: undefined });
  expect(heard).toEqual(['PutItem', 'GetItem']);
});
