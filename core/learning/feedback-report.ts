// Collects people's feedback on diagnoses from the record, exports it as a file, and counts how many diagnoses were right at which confidence.
import { csvOf } from '../csv.ts';
import type { Feedback } from '../model/feedback.ts';
import type { Ports } from '../ports/index.ts';
import { formatPercent } from '../wording.ts';
import { reliability, type Stated } from './calibration.ts';
import { feedbackOf } from './feedback.ts';
import { nameOf } from './resolve-correction.ts';

/** The number of incidents that are read, newest first. */
const maxIncidents = 500;
const atOnce = 10;

export interface Gathered {
  /** Oldest first. */
  readonly feedback: readonly Feedback[];
  /** False if there are older incidents that were not read. */
  readonly whole: boolean;
}

/** `since`: only feedback from this instant on. */
export async function gatherFeedback(
  { since, incident }: { readonly since?: string | undefined; readonly incident?: string | undefined },
  { incidents }: Pick<Ports, 'incidents'>,
): Promise<Gathered> {
  const one = incident === undefined ? undefined : await incidents.get(incident);
  const all = incident === undefined ? await incidents.list(maxIncidents) : one ? [one] : [];
  const found: Feedback[] = [];
  for (let place = 0; place < all.length; place += atOnce) {
    const some = await Promise.all(
      all.slice(place, place + atOnce).map(async (each) => {
        const [diagnosis, timeline] = await Promise.all([incidents.diagnosis(each.id), incidents.timeline(each.id)]);
        return feedbackOf({ incident: each, diagnosis, timeline });
      }),
    );
    found.push(...some.flat());
  }
  return {
    feedback: found.filter(({ at }) => since === undefined || at >= since).sort((a, b) => a.at.localeCompare(b.at)),
    whole: all.length < maxIncidents,
  };
}

export const feedbackFormats = ['jsonl', 'csv'] as const;
export type FeedbackFormat = (typeof feedbackFormats)[number];

export const exportFeedback = (feedback: readonly Feedback[], format: FeedbackFormat): string =>
  format === 'csv' ? csvOf(columns, feedback) : feedback.map((one) => `${JSON.stringify(one)}\n`).join('');

const columns: Readonly<Record<string, (one: Feedback) => string>> = {
  at: ({ at }) => at,
  incident: ({ incidentId }) => incidentId,
  by: ({ by }) => by,
  verdict: ({ verdict }) => verdict,
  diagnosed: ({ diagnosed }) => (diagnosed ? `${diagnosed.entity.kind} ${diagnosed.entity.name}` : ''),
  'diagnosed cause': ({ diagnosed }) => diagnosed?.cause ?? '',
  confidence: ({ diagnosed }) => diagnosed?.confidence.toFixed(3) ?? '',
  meant: ({ meant: { entity } }) => (entity ? `${entity.kind} ${entity.name}` : ''),
  'meant cause': ({ meant }) => meant.cause ?? '',
  fingerprint: ({ fingerprint }) => fingerprint ?? '',
  said: ({ said }) => said,
};

/** One line for people. */
export function feedbackLine({ at, incidentId, by, verdict, said, diagnosed, meant }: Feedback): string {
  const names = meant.entity ? nameOf({ entity: meant.entity, cause: meant.cause }) : meant.cause;
  const read = names === undefined ? '' : `, read as ${names}`;
  const of = diagnosed ? nameOf(diagnosed) : 'no diagnosis';
  return `${at.slice(0, 16).replace('T', ' ')}  ${verdict.padEnd(5)}  ${incidentId}  ${by} of ${of}: "${said}"${read}`;
}

/** Counts each diagnosis once, by the last feedback on it. Feedback without a diagnosis does not count. */
export function summaryOf(feedback: readonly Feedback[]): string {
  const last = new Map(feedback.map((one) => [one.incidentId, one]));
  const scored: Stated[] = [...last.values()].flatMap(({ diagnosed, verdict }) =>
    diagnosed ? [{ confidence: diagnosed.confidence, right: verdict === 'right' }] : [],
  );
  const right = scored.filter((one) => one.right).length;
  const buckets = reliability(scored).bins.map(
    ({ from, to, answers, meanStated, shareRight }) =>
      `stated ${formatPercent(from)} to ${formatPercent(to)} (${formatPercent(meanStated)} on average): ${Math.round(shareRight * answers)} of ${answers} right`,
  );
  const head = `${scored.length} ${scored.length === 1 ? 'diagnosis' : 'diagnoses'} judged, ${right} right`;
  return `${[head, ...buckets].join('; ')}.`;
}
