// Driven by the real SDK clients and the connectors that run on AWS.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ExecutionAlreadyExists, SendTaskFailureCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventBridgeBus } from '../../../connectors/eventbridge/index.ts';
import { stepFunctionsWorkflow } from '../../../connectors/stepfunctions/index.ts';
import { Unavailable } from '../../../core/errors.ts';
import type { BusEvent } from '../../../core/model/events.ts';
import { awsEndpoint } from '../../../local/runtime/aws-endpoint.ts';
import type { Answer } from '../../../local/runtime/journal.ts';

async function endpoint(full = false) {
  const accepted: unknown[] = [];
  const answers: Answer[] = [];
  const started: unknown[] = [];
  const failing = () => {
    if (full) throw new Unavailable('The disk is full.');
  };
  const aws = await awsEndpoint({
    bus: {
      accept: async (event) => {
        failing();
        accepted.push(event);
        return 'event-1';
      },
    },
    executions: {
      answer: async (token, answer) => {
        failing();
        if (token !== 'waited-for') return 'gone';
        answers.push(answer);
        return 'answered';
      },
      start: async (name, input) => {
        if (name === 'there') return 'exists';
        started.push({ name, input });
        return 'started';
      },
    },
  });
  onTestFinished(() => aws.close());
  const local = { endpoint: aws.url, region: 'us-east-1', credentials: aws.credentials, maxAttempts: 1 };
  return { aws, accepted, answers, started, events: new EventBridgeClient(local), sfn: new SFNClient(local) };
}

const event: BusEvent = {
  detailType: 'incident.updated',
  detail: { eventId: 'e', sourceId: 's', status: 'resolved', at: '2026-01-01T00:00:00Z' },
};

describe('the embedded EventBridge', () => {
  it('takes what the bus connector publishes', async () => {
    const { events, accepted } = await endpoint();
    await eventBridgeBus({ busName: 'local', client: events }).publish(event);
    expect(accepted).toEqual([{ source: 'watchkeeper', ...event }]);
  });

  it('does not acknowledge what was not stored', async () => {
    const { events } = await endpoint(true);
    await expect(eventBridgeBus({ busName: 'local', client: events }).publish(event)).rejects.toThrow(Unavailable);
  });

  it('refuses a detail that is no JSON', async () => {
    const { events, accepted } = await endpoint();
    const put = new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{' }] });
    await expect(events.send(put)).rejects.toThrow('is not JSON');
    expect(accepted).toEqual([]);
  });

  it('hears nobody but the runtime that made it', async () => {
    const { aws, accepted } = await endpoint();
    const stranger = new EventBridgeClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'guessed', secretAccessKey: 'guessed' },
    });
    await expect(eventBridgeBus({ busName: 'local', client: stranger }).publish(event)).rejects.toThrow(Unavailable);
    expect(accepted).toEqual([]);
  });
});

describe('the embedded Step Functions', () => {
  it('gives a waiting task the answer of the workflow connector', async () => {
    const { sfn, answers } = await endpoint();
    expect(await stepFunctionsWorkflow({ client: sfn }).resume('waited-for', { kind: 'approved' })).toBe('resumed');
    expect(answers).toEqual([{ kind: 'success', output: { kind: 'approved' } }]);
  });

  it('knows no task for a stale token', async () => {
    const { sfn } = await endpoint();
    expect(await stepFunctionsWorkflow({ client: sfn }).resume('stale', {})).toBe('gone');
  });

  it('does not acknowledge an answer that was not stored', async () => {
    const { sfn } = await endpoint(true);
    await expect(stepFunctionsWorkflow({ client: sfn }).resume('waited-for', {})).rejects.toThrow(Unavailable);
  });

  it('passes a failure on', async () => {
    const { sfn, answers } = await endpoint();
    await sfn.send(new SendTaskFailureCommand({ taskToken: 'waited-for', error: 'Broken', cause: 'why' }));
    expect(answers).toEqual([{ kind: 'failure', error: 'Broken', cause: 'why' }]);
  });

  it('starts an execution once by its name', async () => {
    const { sfn, started } = await endpoint();
    const start = (name: string) =>
      sfn.send(new StartExecutionCommand({ stateMachineArn: 'incident', name, input: '{"a":1}' }));
    await start('new');
    await expect(start('there')).rejects.toThrow(ExecutionAlreadyExists);
    expect(started).toEqual([{ name: 'new', input: { a: 1 } }]);
  });
});
