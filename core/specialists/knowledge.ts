// The knowledge specialist: what runbooks and past incidents say about this kind of failure, quoted. It advises; it never names a cause.
import { type Question, questionsOf } from '../analysis/knowledge/queries.ts';
import type { Brief, Gap, Report } from '../model/report.ts';
import type { KnowledgeHit } from '../model/telemetry.ts';
import type { Ports } from '../ports/index.ts';
import { type FindingDraft, finishReport } from './finish.ts';

type KnowledgePorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'incidents'> & Partial<Pick<Ports, 'reasoner'>>;

const hitsPerQuestion = 4;
const maxQuoted = 3;
/** A later question's hit counts less; a hit much weaker than the best is noise. */
const fade = 0.8;
const leastShare = 0.35;

interface Match {
  readonly hit: KnowledgeHit;
  readonly score: number;
  readonly query: string;
  readonly about: string;
}

export async function investigateKnowledge(brief: Brief, ports: KnowledgePorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const service = brief.context.service?.value;
  const questions = questionsOf(brief);
  const answers = await Promise.all(
    questions.map(({ text }) =>
      ports.telemetry.knowledge.search({
        scope: { incidentId: brief.incidentId, service },
        text,
        service,
        limit: hitsPerQuestion,
      }),
    ),
  );
  const gaps = answers.flatMap((answer) => (answer.kind === 'gap' ? [answer.gap] : []));
  const matches = answers.flatMap((answer, index) =>
    answer.kind === 'data' ? answer.data.map((hit) => matchOf(hit, answer.query, questions[index], index)) : [],
  );
  const best = quotable(matches);
  return finishReport(
    brief,
    {
      summary: summaryOf(best, gaps),
      findings: best.map((match) => findingOf(match, brief)),
      gaps: gaps.length > 0 ? gaps.slice(0, 1) : best.length === 0 ? [nothingFound] : [],
      bytesRead: answers.reduce((sum, answer) => sum + (answer.kind === 'data' ? answer.bytes : 0), 0),
    },
    startedAt,
    ports,
  );
}

const nothingFound: Gap = {
  source: 'knowledge',
  reason: 'No runbook or past incident speaks of this kind of failure.',
};

const matchOf = (hit: KnowledgeHit, query: string, question: Question | undefined, index: number): Match => ({
  hit,
  query,
  about: question?.about ?? 'the page',
  score: hit.score * fade ** index,
});

/** The best section of each document, best document first. */
function quotable(matches: readonly Match[]): readonly Match[] {
  const byDocument = new Map<string, Match>();
  for (const match of matches) {
    const known = byDocument.get(match.hit.document);
    if (!known || match.score > known.score) byDocument.set(match.hit.document, match);
  }
  const ranked = [...byDocument.values()].sort(
    (a, b) => b.score - a.score || a.hit.document.localeCompare(b.hit.document),
  );
  return ranked.filter((match) => match.score >= (ranked[0]?.score ?? 0) * leastShare).slice(0, maxQuoted);
}

function findingOf({ hit, query, about, score }: Match, brief: Brief): FindingDraft {
  const { context } = brief;
  return {
    claim: `"${hit.title}", section "${hit.heading}", is about this (${hit.why}): ${firstSentence(hit.excerpt)}`.slice(
      0,
      400,
    ),
    entity: context.workload ?? {
      kind: 'Service',
      name: context.service?.value ?? context.namespace?.value ?? 'unknown',
    },
    role: 'context',
    severity: 'info',
    confidence: score / (score + 10),
    evidence: [
      {
        source: 'knowledge',
        query: `${query} (${about})`,
        excerpt: `${hit.document} › ${hit.heading}\n${hit.excerpt}`,
        full: { kind: 'knowledge', document: hit.document, heading: hit.heading, markdown: hit.excerpt },
      },
    ],
  };
}

const firstSentence = (text: string): string =>
  /^.{20,220}?[.!?:](?=\s|$)/s.exec(text.replaceAll(/\s+/g, ' ').trim())?.[0] ??
  text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);

function summaryOf(best: readonly Match[], gaps: readonly Gap[]): string {
  const [first, ...rest] = best;
  if (!first) return gaps[0] ? `Knowledge could not be searched: ${gaps[0].reason}` : nothingFound.reason;
  const others = rest.length > 0 ? ` Also: ${rest.map(({ hit }) => `"${hit.title}"`).join(', ')}.` : '';
  return `"${first.hit.title}", section "${first.hit.heading}", fits best (${first.hit.why}).${others}`;
}
