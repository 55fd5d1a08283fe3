// The diagnosis in words: three sentences with the numbers and times that the evidence holds, in UTC. Pure; no name or number is made up.

import { type CauseCode, causes } from '../model/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Finding, Gap } from '../model/report.ts';
import { clockTime } from '../reporting/words.ts';

export const named = (entity: EntityRef): string =>
  `${entity.kind} ${entity.namespace ? `${entity.namespace}/` : ''}${entity.name}${entity.cluster ? ` (${entity.cluster})` : ''}`;

const sentence = (text: string): string => {
  const trimmed = text.trim().replace(/[;,\s]+$/, '');
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
};

/** `says` is the claim that describes it best. */
export function summaryOf(entity: EntityRef, cause: CauseCode, says: Finding | undefined): string {
  return `${named(entity)}: ${causes[cause].title.toLowerCase()}${says ? `. ${sentence(says.claim)}` : '.'}`.slice(
    0,
    500,
  );
}

export function textOf(
  incident: Pick<Incident, 'title'>,
  first: Hypothesis,
  says: Finding | undefined,
  change: Finding | undefined,
  blastRadius: readonly string[],
): string {
  const since = first.onset ? ` since ${clockTime(first.onset)}` : '';
  const affected =
    blastRadius.length > 0
      ? `, and ${listed(blastRadius)} ${blastRadius.length === 1 ? 'suffers' : 'suffer'} from it`
      : '';
  const what = `${named(first.entity)} is what broke${since} (${causes[first.cause].title.toLowerCase()})${affected}`;
  const reasons = [says, change === says ? undefined : change].filter((finding) => finding !== undefined);
  const why = reasons.map(({ claim }) => bare(claim)).join('; and ') || `The page said: ${incident.title}`;
  const parts = [what, why, nextStep(first)].map(bare);
  const evidence = [[...(says ? [says] : [])], reasons, reasons].map((findings) => cited(findings, first));
  return parts
    .map((part, place) => sentence(`${part}${evidence[place] ?? ''}`))
    .join(' ')
    .slice(0, 1500);
}

/** The numbers of evidence under the hypothesis, as people see it listed there. */
function cited(findings: readonly Finding[], { evidenceIds }: Hypothesis): string {
  const ids = new Set(findings.flatMap((finding) => finding.evidenceIds));
  const numbers = evidenceIds.flatMap((id, place) => (ids.has(id) ? [place + 1] : [])).slice(0, 3);
  return numbers.length === 0 ? '' : ` [${numbers.join(', ')}]`;
}

const bare = (text: string): string => text.trim().replace(/[.;,\s]+$/, '');

export function unknownText(
  incident: Pick<Incident, 'title'>,
  context: Context,
  best: Hypothesis | undefined,
  gaps: readonly Gap[],
): string {
  const about = context.workload
    ? named(context.workload)
    : (context.service?.value ?? context.namespace?.value ?? 'what was paged');
  const seen =
    best && best.cause !== 'unknown'
      ? `The best lead is weak: ${sentence(best.summary)}`
      : 'Nothing that was found explains it.';
  const missing = [...new Set(gaps.map(({ source }) => source))];
  const next =
    missing.length > 0
      ? `Look first at what could not be read here (${listed(missing)}).`
      : `Look first at the logs and the latest changes of ${about} by hand.`;
  return `The cause of "${incident.title.slice(0, 200)}" at ${about} is not known. ${seen} ${next}`.slice(0, 1500);
}

/** What a person would do next, by the group of the cause. An instruction to people, no action of ours. */
function nextStep(hypothesis: Hypothesis): string {
  const { entity, cause, changeId } = hypothesis;
  const it = `${entity.kind} ${entity.name}`;
  if (changeId !== undefined) return `Take change ${shortId(changeId)} back on ${it}, and watch whether it recovers`;
  switch (causes[cause].group) {
    case 'image':
      return `Correct the image, its registry or its pull secret of ${it}, or roll it back`;
    case 'scheduling':
      return `Make the placement rules or requests of ${it} fit a node that is ready, or make such a node`;
    case 'quota':
      return `Raise the quota of ${it} or free what uses it up`;
    case 'probe':
      return `Correct the probe of ${it}, or roll back the revision that brought it`;
    case 'resources':
      return `Give ${it} what it lacks, or roll back what made it need more`;
    case 'configuration':
      return `Correct the configuration of ${it}, or roll it back`;
    case 'dependency':
      return cause === 'dependency-unavailable' || cause.startsWith('database')
        ? `Look at what ${it} depends on, with the owner of it`
        : `Look at the error of ${it}, and restart or roll it back if it is new`;
    case 'network':
      return `Check network and name resolution of ${it} from inside the cluster`;
    case 'node':
      return `Move work away from ${it} and repair or replace it`;
    case 'change':
      return `Take the latest change of ${it} back, and watch whether it recovers`;
    case 'traffic':
      return `Find where the traffic of ${it} comes from, and scale or limit it`;
    case 'certificate':
      return `Renew the certificate that ${it} uses`;
    case 'vendor':
      if (cause === 'cdn-cached-error')
        return `Have the CDN forget what it keeps under ${it}, and look why it was kept`;
      return `Nothing here is to be rolled back: fail over or degrade ${it}, and follow the vendor's status`;
    case 'data':
      return `Look at the data that ${it} reads, and at its size`;
    case 'job':
      return `Rerun ${it} once its error is understood, and check that it ends`;
    case 'unknown':
      return `Look at ${it} by hand`;
  }
}

const shortId = (id: string): string => (/^[0-9a-f]{12,}$/.test(id) ? id.slice(0, 10) : id);

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, 4);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
};
