// Answers a page that quotes words: how often they stand in the log, since when and who wrote them, or that no line holds them.
import type { PhraseCount } from '../../analysis/logs/phrases.ts';
import { sourceOf } from '../../analysis/logs/sources.ts';
import { asksForFact } from '../../context/question.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Brief } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { shorten } from '../../text.ts';
import { formatList } from '../../wording.ts';

interface Read {
  readonly query: string;
  readonly lines: number;
  /** Some lines were not read. */
  readonly partial: boolean;
}

export function quotedFindings(counts: readonly PhraseCount[], brief: Brief, read: Read): FindingDraft[] {
  return counts.flatMap((count) => (count.count > 0 ? [foundIn(count, brief, read)] : absentFrom(count, brief, read)));
}

function foundIn(
  { phrase, count, firstMs, lastMs, lines }: PhraseCount,
  { trigger, context }: Brief,
  read: Read,
): FindingDraft {
  const writers = lines.map(({ labels }) => sourceOf(labels, context.workload));
  const names = [...new Set(writers.map(({ name }) => name))];
  const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const when = count === 1 ? `at ${at(firstMs)}` : `from ${at(firstMs)} to ${at(lastMs)}`;
  const entity: EntityRef = writers[0]?.entity ?? { kind: 'Service', name: 'unknown' };
  const often = count === 1 ? 'once' : `${count.toLocaleString('en-US')} times`;
  return {
    claim: `${formatList(names, 3)} wrote "${shorten(phrase, 80)}" ${often}, ${when}: "${shorten(lines[0]?.text ?? '', 160)}".`,
    entity,
    role: 'context',
    ...(asksForFact(trigger.title) && { answers: true as const }),
    severity: 'info',
    confidence: 0.9,
    ...exactly(phrase),
    evidence: [
      {
        source: 'logs',
        query: `${read.query} "${phrase}"`,
        excerpt: lines
          .map(({ at: time, text }) => `${time} ${text}`)
          .join('\n')
          .slice(0, 2000),
        full: {
          kind: 'logs',
          template: phrase,
          count,
          baselineCount: 0,
          firstSeen: new Date(firstMs).toISOString(),
          samples: lines.map(({ text }) => text),
        },
      },
    ],
  };
}

function absentFrom({ phrase }: PhraseCount, { trigger, context }: Brief, read: Read): FindingDraft[] {
  if (read.partial || read.lines === 0 || !asksForFact(trigger.title)) return [];
  const { start } = context.window.baseline;
  const { end } = context.window.incident;
  const claim = `No line of ${read.lines.toLocaleString('en-US')} from ${start.slice(0, 16).replace('T', ' ')} to ${end.slice(0, 16).replace('T', ' ')} UTC holds "${shorten(phrase, 80)}".`;
  const entity = context.workload ?? { kind: 'Service', name: context.service?.value ?? 'unknown' };
  return [
    {
      claim,
      entity,
      role: 'context',
      answers: true,
      severity: 'info',
      confidence: 0.8,
      evidence: [
        {
          source: 'logs',
          query: `${read.query} "${phrase}"`,
          excerpt: claim,
          full: { kind: 'logs', template: phrase, count: 0, baselineCount: 0, firstSeen: null, samples: [] },
        },
      ],
    },
  ];
}
