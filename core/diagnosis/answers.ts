// Answers pages that ask something else than why a service fails: alerts that fire by design, questions whether anything is wrong at all, and
// questions that one line or object answers. Pure.
import { asksForFact, asksWhetherWell } from '../context/question.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Finding, Report } from '../model/report.ts';
import { formatList } from '../wording.ts';

/** Alerts that are no incident by themselves, with their meaning. */
const byDesign: readonly (readonly [name: RegExp, meaning: string])[] = [
  [
    /\b(?:watchdog|dead ?man'?s? ?(?:switch|snitch)|always ?firing|heartbeat ?alert)\b/i,
    "This alert fires always, by design: it shows that alerting works from end to end (a dead man's switch), so it is no incident. Route it to a receiver that reports when it stops.",
  ],
  [
    /\binfo ?inhibitor\b/i,
    'This alert is no incident: by design it only inhibits alerts of severity "info" while nothing else fires. Route it to a receiver that does nothing.',
  ],
];

export interface Answer {
  readonly text: string;
  /** Findings that the answer rests on. */
  readonly findings: readonly Finding[];
}

/** The answer to a page that no hypothesis answers; undefined if the page asks for a cause. */
export function answerOf(
  { title, trigger }: Pick<Incident, 'title'> & { readonly trigger?: Pick<Incident['trigger'], 'details'> | undefined },
  context: Context,
  findings: readonly Finding[],
  reports: readonly Report[],
): Answer | undefined {
  const names = [
    title,
    ...Object.entries(trigger?.details ?? {}).flatMap(([key, value]) => (/alert_?name$/i.test(key) ? [value] : [])),
  ];
  const meaning = byDesign.find(([name]) => names.some((text) => name.test(text)))?.[1];
  if (meaning !== undefined) return { text: meaning, findings: [] };
  const withAnswers = findings.filter(({ answers }) => answers);
  if (withAnswers.length > 0 && asksForFact(title))
    return {
      text: withAnswers
        .map(({ claim }) => claim)
        .slice(0, 3)
        .join(' '),
      findings: withAnswers,
    };
  return asksWhetherWell(title) ? wellAnswer(context, findings, reports) : undefined;
}

/** "Everything looks healthy" needs that something was read, and that nothing which was read shows a problem. */
function wellAnswer(context: Context, findings: readonly Finding[], reports: readonly Report[]): Answer | undefined {
  if (findings.some(({ role }) => role === 'symptom' || role === 'cause')) return undefined;
  const read = reports.filter(({ usage, specialist }) => usage.bytesRead > 0 && specialist !== 'knowledge');
  if (!read.some(({ specialist }) => ['kubernetes', 'metrics', 'logs'].includes(specialist))) return undefined;
  const about = context.workload
    ? `${context.workload.kind} ${context.workload.name}`
    : (context.service?.value ?? context.namespace?.value ?? 'what was asked about');
  const sources = formatList([...new Set(read.map(({ specialist }) => specialist))]);
  const summaries = read.map(({ summary }) => summary.trim()).filter((summary) => summary !== '');
  return {
    text: `Everything looks healthy at ${about}: ${sources} were read, and nothing there shows a problem. ${summaries.join(' ')}`.slice(
      0,
      1500,
    ),
    findings: findings.filter(({ well }) => well),
  };
}
