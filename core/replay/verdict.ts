// Compares a replay's diagnosis with the recorded one. Times and costs are not compared.
import { Diagnosis } from '../model/diagnosis.ts';
import type { TapedCall } from './tape.ts';

/** The last recorded diagnosis. */
export function lastDiagnosis(calls: readonly TapedCall[]): Diagnosis | undefined {
  const answer = calls.findLast(({ port }) => port === 'diagnosis')?.answer;
  return answer?.kind === 'value' ? Diagnosis.safeParse(answer.value).data : undefined;
}

/** `hypotheses.0.confidence: 0.93 before, 0.7 now`, one line per differing field; at most twenty. */
export function differences(then: Diagnosis, now: Diagnosis | undefined): readonly string[] {
  const [before, after] = [leaves(comparable(then)), leaves(now && comparable(now))];
  const fields = [...new Set([...before.keys(), ...after.keys()])].sort();
  return fields
    .filter((field) => before.get(field) !== after.get(field))
    .slice(0, 20)
    .map((field) => `${field}: ${before.get(field) ?? 'nothing'} before, ${after.get(field) ?? 'nothing'} now`);
}

/** The diagnosis without incident id and usage, because a replay has its own. */
function comparable(diagnosis: Diagnosis): unknown {
  const { incidentId: _, usage: __, ...rest } = diagnosis as Diagnosis & { readonly incidentId?: string };
  return rest;
}

function leaves(value: unknown, path = '', into = new Map<string, string>()): ReadonlyMap<string, string> {
  if (typeof value === 'object' && value !== null)
    for (const [name, field] of Object.entries(value)) leaves(field, path === '' ? name : `${path}.${name}`, into);
  else if (value !== undefined) into.set(path, JSON.stringify(value).slice(0, 200));
  return into;
}
