// The knowledge specialist: quotes runbooks and past incidents about this kind of failure; past incidents of the same alert come first. It advises
// and never names a cause.
import { tagQuery } from '../../analysis/knowledge/lookup.ts';
import { type Question, questionsOf } from '../../analysis/knowledge/queries.ts';
import { recurrenceTags } from '../../analysis/knowledge/recurrence.ts';
import { factOrigin, factSentence, type ServiceFact } from '../../model/fact.ts';
import type { Brief, Gap, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { KnowledgeHit } from '../../model/telemetry.ts';
import type { Ports } from '../../ports/index.ts';
import type { KnowledgeType, Observed } from '../../ports/telemetry.ts';
import { isDraftName } from '../../record/draft-name.ts';
import { shorten } from '../../text.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';
import { followRunbook } from './checklist.ts';

type KnowledgePorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

const hitsPerQuestion = 4;
const maxQuoted = 3;
/** Each later question's hits weigh less by this factor. Hits below the second share of the best score are noise. */
const fade = 0.8;
const leastShare = 0.35;
/** Number of past incidents of the same alert to report, and number of sections to read, which covers two postmortems. */
const maxPast = 2;
const pastSections = 40;
/** An exact lookup ranks above similar texts. */
const pastConfidence = 0.95;
const maxConfidence = 0.9;
const middlingScore = 50;
const maxTaught = 4;
/** Low, because nobody verified what people taught. */
const taughtConfidence = 0.3;

interface Match {
  readonly hit: KnowledgeHit;
  readonly score: number;
  readonly query: string;
  readonly about: string;
}

/** A past incident of the same alert on the same workload, from its postmortem. */
interface Past {
  readonly document: string;
  readonly title: string;
  readonly query: string;
  readonly cause: string;
  readonly tried: string;
}

export async function investigateKnowledge(brief: Brief, ports: KnowledgePorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const service = brief.context.service?.value;
  const questions = questionsOf(brief);
  const tags = recurrenceTags(brief.trigger, brief.context);
  const search = (text: string, limit: number, type?: KnowledgeType) =>
    ports.telemetry.knowledge.search({ scope: { incidentId: brief.incidentId }, text, service, type, limit });
  const [lookups, answers] = await Promise.all([
    Promise.all(tags.length > 0 ? [search(tagQuery(tags), pastSections, 'postmortem')] : []),
    Promise.all(questions.map(({ text }) => search(text, hitsPerQuestion))),
  ]);
  const results = [...lookups, ...answers];
  const gaps = results.flatMap((answer) => (answer.kind === 'gap' ? [answer.gap] : gapsIn('knowledge', answer)));
  const past = lookups.flatMap((answer) => pastOf(answer, tags));
  const matches = answers.flatMap((answer, index) =>
    answer.kind === 'data' ? answer.data.map((hit) => matchOf(hit, answer.query, questions[index], index)) : [],
  );
  const quoted = new Set(past.map(({ document }) => document));
  const facts = factsOf(brief);
  const best = quotable(matches.filter(({ hit }) => !quoted.has(hit.document)));
  const fitting = best.find(({ hit }) => !isDraftName(hit.document));
  const checklist =
    fitting === undefined || brief.phase === 'verify' || brief.round > 1
      ? undefined
      : await followRunbook(fitting.hit, brief, ports);
  return finishReport(
    brief,
    {
      summary: [summaryOf(past, best, gaps), taughtSummary(facts)].filter(Boolean).join(' '),
      findings: [
        ...past.map((one, place) => pastFinding(one, place, brief)),
        ...best.map((match) => findingOf(match, brief)),
        ...facts.map((fact) => factFinding(fact, brief)),
      ],
      gaps: gaps.length > 0 ? gaps.slice(0, 1) : past.length + best.length + facts.length === 0 ? [nothingFound] : [],
      ...(checklist === undefined ? {} : { checklist }),
      bytesRead: results.reduce((sum, answer) => sum + (answer.kind === 'data' ? answer.bytes : 0), 0),
    },
    startedAt,
    ports,
  );
}

/** Notes come first, because other sources also know calls and places. Only in the first round, because people teach nothing in between. */
const factsOf = ({ context, round }: Brief): readonly ServiceFact[] =>
  round > 1
    ? []
    : context.facts
        .toSorted((a, b) => Number(b.statement.kind === 'note') - Number(a.statement.kind === 'note'))
        .slice(0, maxTaught);

const taughtSummary = (facts: readonly ServiceFact[]): string =>
  facts.length === 0 ? '' : `People taught ${facts.length === 1 ? 'one thing' : `${facts.length} things`} about it.`;

/** Quotes a taught fact with its origin, at lower confidence than a lookup. */
function factFinding(fact: ServiceFact, brief: Brief): FindingDraft {
  const sentence = factSentence(fact.statement);
  return {
    claim: `${sentence} (${factOrigin(fact)})`,
    entity: entityOf(brief),
    role: 'context',
    severity: 'info',
    confidence: taughtConfidence,
    evidence: [
      {
        source: 'memory',
        query: `facts taught about ${fact.statement.service}`,
        excerpt: `${sentence}\n${factOrigin(fact)}${fact.incidentId === undefined ? '' : `, in incident ${fact.incidentId}`}`,
        full: { kind: 'fact', fact },
      },
    ],
  };
}

const nothingFound: Gap = {
  source: 'knowledge',
  reason: 'No runbook or past incident describes this kind of failure.',
  nothingFound: true,
};

const matchOf = (hit: KnowledgeHit, query: string, question: Question | undefined, index: number): Match => ({
  hit,
  query,
  about: question?.about ?? 'the page',
  score: hit.score * fade ** index,
});

/** A knowledge base without tag lookup answers with similar texts, so only hits that name the tag count. */
function pastOf(answer: Observed<readonly KnowledgeHit[]>, tags: readonly string[]): readonly Past[] {
  if (answer.kind === 'gap') return [];
  const exact = answer.data.filter(({ why }) => tags.some((tag) => why === `tagged ${tag}`));
  return [...Map.groupBy(exact, ({ document }) => document)].slice(0, maxPast).map(([document, sections]) => {
    const under = (name: string) =>
      oneLine(sections.find(({ heading }) => heading.split(' › ').at(-1) === name)?.excerpt ?? '');
    return {
      document,
      title: sections[0]?.title ?? document,
      query: answer.query,
      cause: under('Root cause') || under('Cause') || oneLine(sections[0]?.excerpt ?? ''),
      tried: under('What was tried'),
    };
  });
}

/** Joins a postmortem's section into one line. Its text is escaped Markdown, and often a list. */
const oneLine = (markdown: string): string =>
  markdown
    .replaceAll(/^\s*- /gm, '')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();

function pastFinding({ document, cause, tried, query }: Past, place: number, brief: Brief): FindingDraft {
  return {
    claim:
      `The same alert fired before on the same workload (${document}): ${shorten(firstSentence(cause), 150)} ` +
      (tried === '' ? 'It does not describe the attempted actions.' : `Attempted: ${shorten(tried, 130)}`),
    entity: entityOf(brief),
    role: 'context',
    severity: 'info',
    confidence: pastConfidence - place / 100,
    evidence: [
      {
        source: 'knowledge',
        query: `${query} (the same alert, workload and environment)`,
        excerpt: shorten(`${document}\nCause: ${cause}\nAttempted: ${tried}`, 2000),
        full: { kind: 'knowledge', document, heading: 'Cause; What was tried', markdown: `${cause}\n\n${tried}` },
      },
    ],
  };
}

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
  return {
    claim: `"${hit.title}", section "${hit.heading}", is about this (${hit.why}): ${firstSentence(hit.excerpt)}`.slice(
      0,
      400,
    ),
    entity: entityOf(brief),
    role: 'context',
    severity: 'info',
    confidence: (maxConfidence * score) / (score + middlingScore),
    evidence: [
      {
        source: 'knowledge',
        query: `${query} (${about})`,
        excerpt: `${hit.document} › ${hit.heading}${originOf(hit)}\n${hit.excerpt}`,
        ...(hit.link === undefined ? {} : { link: hit.link }),
        full: { kind: 'knowledge', document: hit.document, heading: hit.heading, markdown: hit.excerpt },
      },
    ],
  };
}

/** Of a copy: when its page was changed, and when the copy was last compared with it. */
function originOf({ changedAt, readAt }: KnowledgeHit): string {
  const times = [
    ...(changedAt === undefined ? [] : [`changed ${changedAt.slice(0, 10)}`]),
    ...(readAt === undefined ? [] : [`read ${readAt.slice(0, 16).replace('T', ' ')} UTC`]),
  ];
  return times.length === 0 ? '' : ` (${times.join(', ')})`;
}

const entityOf = ({ context }: Brief): FindingDraft['entity'] =>
  context.workload ?? {
    kind: 'Service',
    name: context.service?.value ?? context.namespace?.value ?? 'unknown',
  };

const firstSentence = (text: string): string =>
  /^.{20,220}?[.!?:](?=\s|$)/s.exec(text.replaceAll(/\s+/g, ' ').trim())?.[0] ??
  text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);

function summaryOf(past: readonly Past[], best: readonly Match[], gaps: readonly Gap[]): string {
  const [latest] = past;
  const [first, ...rest] = best;
  if (!first && !latest) return gaps[0] ? `Knowledge could not be searched: ${gaps[0].reason}` : nothingFound.reason;
  const before = latest
    ? `The same alert fired before on the same workload: "${shorten(latest.title, 120)}" describes the attempted actions.`
    : '';
  if (!first) return before;
  const alsoFound = rest.length > 0 ? ` Also: ${rest.map(({ hit }) => `"${hit.title}"`).join(', ')}.` : '';
  return `${before} "${first.hit.title}", section "${first.hit.heading}", fits best (${first.hit.why}).${alsoFound}`.trim();
}
