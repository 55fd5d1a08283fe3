// Finds words in telemetry that read like instructions to the system. The system obeys no such words; it tells people about them and about the
// policies that would refuse the actions they ask for. It recognises plain attempts only: this is a notice, not a defence.
import type { EventOf } from '../model/timeline.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Policies } from '../ports/channels.ts';
import { instructionAt, readsLikeInstructions } from '../reasoning/untrusted.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';
import { actionsNamedIn } from './action-verbs.ts';
import type { PolicyContext } from './authorization.ts';

/** Actions that are not in the catalogue and that the policies forbid by name. */
const destructive: readonly (readonly [pattern: RegExp, action: string])[] = [
  [/\b(?:delete|remove|destroy|wipe)\b[^.]{0,40}\bnamespace/i, 'delete-namespace'],
  [/\b(?:delete|drop|destroy|wipe|truncate)\b[^.]{0,40}\b(?:database|table|db)\b/i, 'drop-database'],
  [/\b(?:delete|remove|destroy|wipe)\b[^.]{0,40}\b(?:volume|pvc|disk)/i, 'delete-volume'],
];
/** The number of characters of a text that are searched. */
const maxSearched = 4000;
const nowhere = { kind: 'Unknown', name: 'what the words name', namespace: '-', cluster: '-' };

/** The first attempt in the incident's alert or findings, with the policies that would refuse it; undefined if there is none. */
export async function injectionAttemptIn(
  input: Synthesized,
  facts: PolicyContext | undefined,
  policies: Policies,
): Promise<EventOf<'InstructionIgnored'> | undefined> {
  const found = textsOf(input).find(({ text }) => readsLikeInstructions(text));
  if (!found) return undefined;
  const refusals = await Promise.all(requestedActions(found.text).map((action) => refusalOf(action, facts, policies)));
  const quoted = shorten(clean(redact(quotedFrom(found.text))), 200);
  return {
    type: 'InstructionIgnored',
    where: found.where,
    quote: quoted,
    refusals: refusals.flatMap((refusal) =>
      refusal === undefined ? [] : [{ action: refusal.action, why: refusal.why }],
    ),
    policies: [...new Set(refusals.flatMap((refusal) => refusal?.policies ?? []))],
  };
}

/** The actions that the words ask for, for the question to the policies. */
function requestedActions(text: string): readonly string[] {
  const destroying = destructive.filter(([pattern]) => pattern.test(text)).map(([, action]) => action);
  const rest = destructive.reduce((left, [pattern]) => left.replace(pattern, ' '), text);
  return [...destroying, ...actionsNamedIn(rest)];
}

/** The text from 20 characters before the attempt. */
function quotedFrom(text: string): string {
  const at = instructionAt(text);
  return text.slice(Math.max(0, at - 20), at + 400);
}

async function refusalOf(action: string, facts: PolicyContext | undefined, policies: Policies) {
  if (facts === undefined) return undefined;
  const answer = await policies.authorize({
    actor: { kind: 'watchkeeper', id: 'telemetry' },
    action,
    target: nowhere,
    context: { ...facts, seenInEvidence: false },
  });
  return answer.allowed ? undefined : { action, why: answer.why, policies: answer.policies };
}

function textsOf({ trigger, reports, priorReports }: Synthesized): { readonly where: string; readonly text: string }[] {
  return [
    { where: 'the title of the alert', text: trigger.title },
    ...Object.entries(trigger.details).map(([name, text]) => ({
      where: `the alert's ${shorten(clean(name), 60)}`,
      text,
    })),
    ...[...priorReports, ...reports].flatMap((report) =>
      report.findings.map(({ claim, specialist }) => ({
        where: `what the ${specialist} specialist found`,
        text: claim,
      })),
    ),
  ].map(({ where, text }) => ({ where, text: text.slice(0, maxSearched) }));
}
