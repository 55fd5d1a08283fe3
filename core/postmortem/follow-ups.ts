// Derives follow-ups, each from a fact: what to prevent, make readable, write, review and teach. Pure.
import { alertNames } from '../analysis/knowledge/queries.ts';
import { causes } from '../causes/causes.ts';
import { named } from '../diagnosis/words.ts';
import { describe } from '../record/describe.ts';
import { expiredIn, knowledgeIn, taughtIn, troublesIn, unreadIn, usedTeaching } from './facts.ts';
import { bare, plain } from './markdown.ts';
import { correctionsIn, endingOf, type PostmortemRecord } from './record.ts';

const maxItems = 20;

export function followUps(record: PostmortemRecord): string[] {
  return [
    'Each needs an owner and a date.',
    '',
    ...items(record)
      .slice(0, maxItems)
      .map((item) => `- [ ] ${item}`),
  ];
}

function items(record: PostmortemRecord): string[] {
  const { incident, diagnosis, change, material } = record;
  const [first] = diagnosis.hypotheses;
  const about = material.context.service?.value ?? material.context.workload?.name ?? 'what was paged';
  const alert = alertNames(incident.trigger)[0] ?? incident.title;
  const knowledge = knowledgeIn(record);
  const corrected = correctionsIn(record).length > 0;
  const changeId = first?.changeId;
  return [
    ...(corrected
      ? [
          'Base the prevention on the correction by people; the cause described here is older than the correction.',
          `Teach the correction as a scenario, so that score is kept of it (where the incident was recorded): \`npm run replay -- ${incident.id.replaceAll(/[^\w.-]/g, '')} --scenario DIR\``,
        ]
      : []),
    causes[first?.cause ?? 'unknown'].prevention(plain(first ? named(first.entity) : about, 200)),
    ...(changeId === undefined
      ? []
      : [
          `Review change ${plain(changeId, 120)}${change?.author === undefined ? '' : ` with ${plain(change.author, 120)}`}: what would have shown it before it was live?`,
        ]),
    ...(material.verification && material.verification.kind !== 'recovered'
      ? ['Find a remedy: the action did not demonstrably help.']
      : endingOf(record).kind === 'open'
        ? ['Find out whether it is over, and since when.']
        : []),
    ...(knowledge?.past ?? [])
      .slice(0, 2)
      .map((name) => `It came back: look what became of the follow-ups of ${plain(name, 160)}.`),
    ...(knowledge && knowledge.runbooks.length === 0
      ? [
          `Write a runbook for ${plain(alert, 160)} at ${plain(about, 120)}: the knowledge base has no document about it.`,
        ]
      : []),
    ...unreadIn(record).map(({ source, reason }) => `Make ${plain(source, 80)} readable: ${plain(reason)}`),
    ...material.context.questions.map(
      (question) => `Put into the catalogue or the alert what had to be left open: ${plain(question)}`,
    ),
    ...troublesIn(record)
      .slice(0, 1)
      .map((text) => `Mend what kept Watchkeeper from doing its part: ${plain(bare(text))}.`),
    ...expiredIn(record).map(
      ({ question }) => `Find out why nobody could answer "${plain(bare(question), 300)}", and whom to ask instead.`,
    ),
    ...taughtIn(record).map((event) => `Review the taught permission: ${plain(describe(event), 500)}`),
    ...(usedTeaching(record)
      ? ['Review the taught permission: Watchkeeper used it here, and the error came back.']
      : []),
    'Read this draft, correct it in the thread of the incident ("no, it was …"), and add what users noticed.',
  ];
}
