// Builds the questions for the knowledge base: the alert's name first, then the page's title, then the error texts. Pure; the knowledge base does
// the searching.
import type { Trigger } from '../../model/incident.ts';
import type { Brief } from '../../model/report.ts';

export interface Question {
  readonly text: string;
  /** What the question looks up, for people. */
  readonly about: string;
}

/** Keys under which monitoring systems store an alert's name. */
const nameKeys = /(?:^|\.)(?:alertname|alert_name|alert|monitor|rule_?name|check)$/i;
const textKeys = /(?:^|\.)(?:summary|description|message|error|reason|runbook(?:_url)?)$/i;

/** Names of the alert as the monitoring system gives them, without duplicates. */
export const alertNames = ({ details }: Trigger): readonly string[] => [
  ...new Set(
    Object.entries(details).flatMap(([key, value]) => (nameKeys.test(key) && value.length < 200 ? [value] : [])),
  ),
];

/** At most four questions, the most informative first, without duplicates. */
export function questionsOf(brief: Pick<Brief, 'trigger' | 'context' | 'focus'>): readonly Question[] {
  const { trigger, context } = brief;
  const details = Object.entries(trigger.details);
  const descriptions = details.filter(([key]) => textKeys.test(key));
  const found: Question[] = [
    ...alertNames(trigger).map((name) => ({ text: name, about: `alert ${name}` })),
    { text: trigger.title, about: 'the title of the page' },
    ...descriptions.map(([, value]) => ({ text: value.slice(0, 500), about: 'the description of the alert' })),
    ...(context.workload
      ? [{ text: `${context.workload.kind} ${context.workload.name}`, about: context.workload.name }]
      : []),
  ];
  const seen = new Set<string>();
  return found.filter(({ text }) => text.trim() !== '' && !seen.has(text) && seen.add(text)).slice(0, 4);
}
