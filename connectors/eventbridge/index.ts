// The Bus port on Amazon EventBridge (or any service with PutEvents). It only publishes events and does not know the rules that match them.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import { type BusEvent, busSource } from '../../core/model/events.ts';
import type { Bus } from '../../core/ports/channels.ts';

interface EventBridgeBusOptions {
  /** Name or ARN of the bus. */
  readonly busName: string;
  readonly client?: EventBridgeClient;
  /** The address of PutEvents if there is no client; absent, the SDK determines it. */
  readonly endpoint?: string;
}

/** PutEvents refuses entries above 256 KB, source and detail type included. */
const maxEntryBytes = 256 * 1024;

/** Throws `InvalidInput` for an event that no bus accepts, and `Unavailable` whenever the event may not be on the bus. */
export function eventBridgeBus({ busName, client, endpoint }: EventBridgeBusOptions): Bus {
  const bus = client ?? new EventBridgeClient(endpoint === undefined ? {} : { endpoint });
  return {
    async publish(event) {
      const entry = toEntry(event, busName);
      const answer = await bus.send(new PutEventsCommand({ Entries: [entry] })).catch((cause: unknown) => {
        throw new Unavailable(`The event bus ${busName} did not take ${event.detailType}; it can be sent again.`, {
          cause,
        });
      });
      if ((answer.FailedEntryCount ?? 0) > 0) {
        const code = answer.Entries?.[0]?.ErrorCode ?? 'no code given';
        throw new Unavailable(`The event bus ${busName} refused ${event.detailType} (${code}); it can be sent again.`);
      }
    },
  };
}

function toEntry(event: BusEvent, busName: string) {
  const entry = {
    EventBusName: busName,
    Source: busSource,
    DetailType: event.detailType,
    Detail: JSON.stringify(event.detail),
  };
  const bytes = new TextEncoder().encode(entry.Source + entry.DetailType + entry.Detail).length;
  if (bytes > maxEntryBytes) {
    throw new InvalidInput(
      `The event ${event.detailType} has ${bytes} bytes; the bus takes ${maxEntryBytes}. Shorten its details.`,
    );
  }
  return entry;
}
