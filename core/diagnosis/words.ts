// Renders the diagnosis as two sentences with the numbers and times of the evidence, in UTC. Pure; it invents no name or number.

import { type CauseCode, causes } from '../causes/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Finding, Gap } from '../model/report.ts';
import { clockTime, formatList } from '../wording.ts';

export const named = ({ kind, name, namespace, cluster }: EntityRef): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}${cluster && cluster !== name ? ` (${cluster})` : ''}`;

const sentence = (text: string): string => {
  const trimmed = text.trim().replace(/[;,\s]+$/, '');
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
};

/** `says` is the finding whose claim describes the hypothesis best. */
export function summaryOf(entity: EntityRef, cause: CauseCode, strongest: Finding | undefined): string {
  return `${named(entity)}: ${causes[cause].title.toLowerCase()}${strongest ? `. ${sentence(strongest.claim)}` : '.'}`.slice(
    0,
    500,
  );
}

interface Reasons {
  readonly strongest: Finding | undefined;
  readonly change: Finding | undefined;
  /** What the log says of it, where the strongest finding is not from the log. */
  readonly log: Finding | undefined;
  /** For a run that failed: the trouble of what it called, if that is known and over. */
  readonly overBy?: Finding | undefined;
}

export function textOf(
  incident: Pick<Incident, 'title'>,
  first: Hypothesis,
  blastRadius: readonly string[],
  { strongest, change, log, overBy }: Reasons,
): string {
  const since = first.onset ? ` since ${clockTime(first.onset)}` : '';
  const affected =
    blastRadius.length > 0
      ? `; ${formatList(blastRadius, 4)} ${blastRadius.length === 1 ? 'suffers' : 'suffer'} from it`
      : '';
  const title = causes[first.cause].title;
  const what =
    overBy === undefined
      ? `${named(first.entity)}: ${title.charAt(0).toLowerCase()}${title.slice(1)}${since}${affected}`
      : `${named(first.entity)} failed because of ${overBy.entity.name}, which has recovered: ${bare(overBy.claim)}${affected}`;
  // The log says which failure of a run it was.
  const found = isFailedRun(first.cause) ? [log, strongest] : [strongest, log];
  const reasons = [...found, change === strongest ? undefined : change].filter((finding) => finding !== undefined);
  const why =
    reasons.map(({ claim }, place) => (place === 0 ? bare(claim) : continued(bare(claim)))).join('; and ') ||
    `The page said: ${incident.title}`;
  const parts = [what, why].map(bare);
  const behindWhat = overBy ?? strongest;
  const evidence = [behindWhat === undefined ? [] : [behindWhat], reasons].map((findings) => cited(findings, first));
  return parts
    .map((part, place) => sentence(`${part}${evidence[place] ?? ''}`))
    .join(' ')
    .slice(0, 1500);
}

/** Causes that describe a failed run and leave its reason open. */
export const isFailedRun = (cause: CauseCode): boolean => causes[cause].kind === 'run';

/** Numbers of the evidence as listed under the hypothesis. */
function cited(findings: readonly Finding[], { evidenceIds }: Hypothesis): string {
  const ids = new Set(findings.flatMap((finding) => finding.evidenceIds));
  const numbers = evidenceIds.flatMap((id, place) => (ids.has(id) ? [place + 1] : [])).slice(0, 3);
  return numbers.length === 0 ? '' : ` [${numbers.join(', ')}]`;
}

/** A claim that goes on a sentence. */
const continued = (claim: string): string =>
  claim.replace(/^(?:In|Seen|New|Surging)(?= )/, (word) => word.toLowerCase());

const bare = (text: string): string => text.trim().replace(/[.;,\s]+$/, '');

export function unknownText(
  incident: Pick<Incident, 'title'>,
  context: Context,
  { lead, symptoms }: { readonly lead: Hypothesis | undefined; readonly symptoms: readonly Finding[] },
  gaps: readonly Gap[],
): string {
  const about = context.workload
    ? named(context.workload)
    : (context.service?.value ?? context.namespace?.value ?? 'what was paged');
  const further = symptoms.map(({ claim }) => bare(claim)).filter((claim) => !lead?.summary.includes(claim));
  const listed = sentence(further.join('; '));
  const seen =
    lead && lead.cause !== 'unknown'
      ? `The best lead is weak: ${sentence(lead.summary)}${further.length === 0 ? '' : ` Also seen: ${listed}`}`
      : further.length > 0
        ? `Nothing that was found explains what is observed: ${listed}`
        : 'No finding explains it.';
  const silent = gaps.filter(
    ({ nothingFound, notConfigured }) => nothingFound === undefined && notConfigured === undefined,
  );
  const missing = [...new Set(silent.map(({ source }) => source))];
  const next =
    missing.length > 0
      ? `First check the sources that did not answer (${formatList(missing, 4)}).`
      : `First check the logs and the latest changes of ${about}.`;
  return `The cause of "${incident.title.slice(0, 200)}" at ${about} is unknown. ${seen} ${next}`.slice(0, 1500);
}
