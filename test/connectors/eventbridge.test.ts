import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import { eventBridgeBus } from '../../connectors/eventbridge/index.ts';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import type { BusEvent } from '../../core/model/events.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const updated = (by = 'Alice'): BusEvent => ({
  detailType: 'incident.updated',
  detail: { eventId: 'e1', sourceId: 'p1', status: 'resolved', at: '2026-01-01T00:00:00Z', by },
});

const busAnswering = async (answer: Answer) => {
  const server = await serve(() => answer);
  return { server, bus: eventBridgeBus({ busName: 'bus-1', client: new EventBridgeClient(awsClient(server)) }) };
};

test('an event is put on the named bus under its detail type', async () => {
  const { server, bus } = await busAnswering({ body: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}' });
  await using _ = server;
  await bus.publish(updated());
  expect(server.asked[0]?.headers['x-amz-target']).toBe('AWSEvents.PutEvents');
  expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
    Entries: [
      {
        EventBusName: 'bus-1',
        Source: 'watchkeeper',
        DetailType: 'incident.updated',
        Detail: JSON.stringify(updated().detail),
      },
    ],
  });
});

test('an entry that the bus refuses is not taken for published', async () => {
  const body = '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"slow down"}]}';
  const { server, bus } = await busAnswering({ body });
  await using _ = server;
  await expect(bus.publish(updated())).rejects.toThrow(
    new Unavailable('The event bus bus-1 refused incident.updated (ThrottlingException); it can be sent again.'),
  );
});

test("a bus that fails is unavailable, in our words and not the vendor's", async () => {
  const { server, bus } = await busAnswering({ status: 500, body: '{"__type":"InternalException","message":"boom"}' });
  await using _ = server;
  const failure = await bus.publish(updated()).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Unavailable);
  expect((failure as Unavailable).message).not.toContain('boom');
});

test('an event larger than the bus takes is refused before it is sent', async () => {
  const { server, bus } = await busAnswering({});
  await using _ = server;
  await expect(bus.publish(updated('x'.repeat(256 * 1024)))).rejects.toThrow(InvalidInput);
  expect(server.asked).toEqual([]);
});
