// Follows a section of a runbook as a checklist: code asks the investigation tools what the checks ask, and says of every other step why it is not done.
// Nothing that changes something is done, and no text of the runbook is obeyed.
import { stepsOf } from '../../analysis/knowledge/steps.ts';
import type { Checklist, ChecklistStep, RunbookStep } from '../../model/checklist.ts';
import type { Brief } from '../../model/report.ts';
import type { KnowledgeHit } from '../../model/telemetry.ts';
import type { Ports } from '../../ports/index.ts';
import { allTools } from '../../reasoning/tools/index.ts';
import { redact } from '../../redaction/redact.ts';
import { clean, shorten } from '../../text.ts';
import { questionsFor, type ToolQuestion } from './questions.ts';

const maxSteps = 12;
/** Limit for all checks of a runbook together, and the share of the brief's time that they may take. */
const maxChecks = 10;
const timeShare = 0.5;
const maxResult = 300;

const onlyReads = 'Watchkeeper only reads; a person does this.';
const noTool = 'None of the read-only tools answers this.';

/** Undefined if the section has no step to do. */
export async function followRunbook(
  hit: Pick<KnowledgeHit, 'document' | 'heading' | 'excerpt'>,
  brief: Brief,
  ports: Pick<Ports, 'telemetry' | 'evidence'>,
): Promise<Checklist | undefined> {
  const steps = stepsOf(hit.excerpt);
  if (steps.every(({ kind }) => kind === 'note')) return undefined;
  const kept = steps.slice(0, maxSteps);
  const tools = new Map(allTools(brief, ports).map((tool) => [tool.name, tool.run]));
  const limit = brief.budget.seconds * timeShare * 1000;
  const { promise: timeUp, resolve } = Promise.withResolvers<'time is up'>();
  const timer = setTimeout(() => resolve('time is up'), limit);
  let checks = 0;
  const ask = async ({ tool, input, mustFind = false }: ToolQuestion): Promise<Answer> => {
    const run = tools.get(tool);
    return { text: run === undefined ? noTool : await run(input).catch(() => 'The tool failed.'), mustFind };
  };
  try {
    const followed = kept.map(async (step): Promise<ChecklistStep> => {
      const questions = questionsFor(step, brief);
      if (step.kind !== 'check' || questions.length === 0) return notAsked(step);
      if (checks + questions.length > maxChecks) return open(step, 'The limit of checks for one runbook was reached.');
      checks += questions.length;
      const answers = await Promise.race([Promise.all(questions.map(ask)), timeUp]);
      return answers === 'time is up' ? open(step, 'The sources did not answer in time.') : answeredBy(step, answers);
    });
    return {
      document: shown(hit.document, 300),
      heading: shown(hit.heading, 300),
      steps: await Promise.all(followed),
      left: steps.length - kept.length,
    };
  } finally {
    clearTimeout(timer);
  }
}

const shown = (text: string, max: number): string => shorten(redact(clean(text).replaceAll(/\s+/g, ' ')), max);
const quoted = ({ text, command, kind }: RunbookStep): RunbookStep => ({
  text: shown(text, 400),
  ...(command === undefined ? {} : { command: shown(command, 300) }),
  kind,
});
const open = (step: RunbookStep, why: string): ChecklistStep => ({
  ...quoted(step),
  state: 'open',
  why: shown(why, 300),
  evidenceIds: [],
  by: 'analysis',
});

const notAsked = (step: RunbookStep): ChecklistStep => {
  switch (step.kind) {
    case 'action':
      return { ...open(step, onlyReads), state: 'person' };
    case 'check':
      return open(step, noTool);
    case 'note': {
      const { why: _, ...rest } = open(step, '');
      return { ...rest, state: 'information' };
    }
  }
};

interface Answer {
  readonly text: string;
  readonly mustFind: boolean;
}

/** Answers that found nothing to look at: they check nothing. */
const isEmpty = /^(?:No series fits|None of 0 records|No call of|There are no objects)/;

/** An answer with evidence checks the step; the others say why it is open. */
function answeredBy(step: RunbookStep, answers: readonly Answer[]): ChecklistStep {
  const read = answers.map(({ text, mustFind }) => {
    const id = /\nEvidence (\S+)$/.exec(text)?.[1];
    const words = text
      .replace(/\nEvidence \S+$/, '')
      .split('\n')
      .join(' · ');
    return { id: isEmpty.test(words) || (mustFind && words.startsWith('Nothing fits')) ? undefined : id, words };
  });
  const told = read.flatMap(({ id, words }) => (id === undefined ? [] : [{ id, words }]));
  if (told.length === 0) return open(step, read.map(({ words }) => words).join(' '));
  const each = Math.floor(maxResult / told.length);
  return {
    ...quoted(step),
    state: 'checked',
    result: told.map(({ words }) => shown(words, each)).join(' '),
    evidenceIds: told.map(({ id }) => id),
    by: 'analysis',
  };
}
