// Redelivers the messages of a dead-letter queue to their targets, and removes each message only after its redelivery succeeded. Idempotent: the
// name of an execution comes from its event, functions recognise a repeated event by its id, and the next run retries an interrupted redelivery.
import * as z from 'zod';
import type { DeadLetters, Letter, Redelivery } from '../ports/dead-letters.ts';

export type Plan =
  | { readonly kind: 'invoke'; readonly functionArn: string; readonly payload: unknown; readonly why: string }
  | {
      readonly kind: 'start';
      readonly stateMachineArn: string;
      readonly name: string;
      readonly input: unknown;
      readonly why: string;
    }
  /** Only this system should write to the queue; an unreadable message stays there. */
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * The record that Lambda keeps of a failed asynchronous invocation
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). An error of Lambda itself may have a message only. Lambda
 * drops a payload that is too large for the queue.
 */
const FailedInvocation = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string().optional() }),
  requestPayload: z.unknown().optional(),
  responsePayload: z.object({ errorType: z.string() }).partial().nullish().catch(undefined),
});
/**
 * A failed event as EventBridge keeps it: the whole published event, whichever part the target gets. The message's attributes are RULE_ARN,
 * TARGET_ARN, ERROR_CODE, ERROR_MESSAGE, RETRY_ATTEMPTS and EXHAUSTED_RETRY_CONDITION
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
 */
const Event = z.object({ id: z.string().min(1).max(64), detail: z.unknown(), 'detail-type': z.string() });
const code = (text: string | undefined): string => (text ?? 'unknown').replaceAll(/[^\w.:-]/g, '').slice(0, 80);

/**
 * Plans the redelivery of one message. `prefix` is the beginning of all names of this stage; a message for any other target is not redelivered.
 * Pure.
 */
export function planFor({ id, body, attributes }: Letter, prefix: string): Plan {
  const json = jsonOf(body);
  const invocation = FailedInvocation.safeParse(json);
  if (invocation.success) {
    const { requestContext, requestPayload, responsePayload } = invocation.data;
    if (requestPayload === undefined) return { kind: 'unreadable', why: "Lambda did not keep the function's input." };
    const why = code(responsePayload?.errorType ?? requestContext.condition);
    return ofThisStage(
      { kind: 'invoke', functionArn: withoutVersion(requestContext.functionArn), payload: requestPayload, why },
      prefix,
    );
  }
  const target = attributes.TARGET_ARN;
  if (target === undefined || json === undefined)
    return { kind: 'unreadable', why: 'It names no target, or is no JSON.' };
  const event = Event.safeParse(json);
  const input = event.success ? event.data.detail : json;
  const why = code(attributes.ERROR_CODE);
  if (target.includes(':stateMachine:'))
    return ofThisStage(
      { kind: 'start', stateMachineArn: target, name: nameOf(event.data?.id ?? id), input, why },
      prefix,
    );
  return ofThisStage({ kind: 'invoke', functionArn: withoutVersion(target), payload: input, why }, prefix);
}

/** The execution name for an event: always the same for the same event, with the characters that names of executions allow. */
const nameOf = (eventId: string): string => `redrive-${eventId.replaceAll(/[^\w-]/g, '')}`.slice(0, 80);
const withoutVersion = (arn: string): string => arn.split(':').slice(0, 7).join(':');

function ofThisStage(plan: Exclude<Plan, { kind: 'unreadable' }>, prefix: string): Plan {
  const arn = plan.kind === 'invoke' ? plan.functionArn : plan.stateMachineArn;
  const service = plan.kind === 'invoke' ? 'lambda' : 'states';
  const parts = arn.split(':');
  const fits =
    parts.length === 7 && parts[0] === 'arn' && parts[2] === service && parts[6]?.startsWith(prefix) === true;
  return fits ? plan : { kind: 'unreadable', why: 'It belongs to another stage.' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Redriven {
  readonly id: string;
  readonly plan: Plan;
  readonly came: 'put back' | 'failed again' | 'left' | 'would be put back';
  readonly why: string;
}

/** Processes every message once. `dryRun` reads the messages and removes none. */
export async function redrive(
  { prefix, dryRun }: { readonly prefix: string; readonly dryRun: boolean },
  letters: DeadLetters,
  redelivery: Redelivery,
): Promise<readonly Redriven[]> {
  const done = new Map<string, Redriven>();
  for (;;) {
    const fresh = (await letters.receive()).filter(({ id }) => !done.has(id));
    if (fresh.length === 0) return [...done.values()];
    for (const letter of fresh) {
      const plan = planFor(letter, prefix);
      const came =
        dryRun && plan.kind !== 'unreadable'
          ? ({ came: 'would be put back', why: plan.why } as const)
          : await giveAgain(plan, redelivery);
      if (came.came === 'put back') await letters.remove(letter);
      done.set(letter.id, { id: letter.id, plan, ...came });
    }
  }
}

async function giveAgain(plan: Plan, redelivery: Redelivery): Promise<Pick<Redriven, 'came' | 'why'>> {
  switch (plan.kind) {
    case 'unreadable':
      return { came: 'left', why: plan.why };
    case 'start':
      await redelivery.start(plan.stateMachineArn, plan.name, plan.input);
      return { came: 'put back', why: plan.why };
    case 'invoke': {
      const answer = await redelivery.invoke(plan.functionArn, plan.payload);
      return answer.kind === 'done' ? { came: 'put back', why: plan.why } : { came: 'failed again', why: answer.code };
    }
  }
}
