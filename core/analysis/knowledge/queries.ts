// What to look up: an alert's name says most, then its title, then what an error says. Pure; searching is the knowledge base's business.
import type { Trigger } from '../../model/incident.ts';
import type { Brief } from '../../model/report.ts';

export interface Question {
  readonly text: string;
  /** For people: what was looked up. */
  readonly about: string;
}

/** Keys under which monitoring systems put an alert's name. */
const nameKeys = /(?:^|\.)(?:alertname|alert_name|alert|monitor|rule_?name|check)$/i;
const textKeys = /(?:^|\.)(?:summary|description|message|error|reason|runbook(?:_url)?)$/i;

/** The names of the alert, as the monitoring system gives them, each once. */
export const alertNames = ({ details }: Trigger): readonly string[] => [
  ...new Set(
    Object.entries(details).flatMap(([key, value]) => (nameKeys.test(key) && value.length < 200 ? [value] : [])),
  ),
];

/** At most four questions, most telling first, none twice. */
export function questionsOf(brief: Pick<Brief, 'trigger' | 'context' | 'focus'>): readonly Question[] {
  const { trigger, context } = brief;
  const details = Object.entries(trigger.details);
  const told = details.filter(([key]) => textKeys.test(key));
  const found: Question[] = [
    ...alertNames(trigger).map((name) => ({ text: name, about: `alert ${name}` })),
    { text: trigger.title, about: 'the title of the page' },
    ...told.map(([, value]) => ({ text: value.slice(0, 500), about: 'the description of the alert' })),
    ...(context.workload
      ? [{ text: `${context.workload.kind} ${context.workload.name}`, about: context.workload.name }]
      : []),
  ];
  const seen = new Set<string>();
  return found.filter(({ text }) => text.trim() !== '' && !seen.has(text) && seen.add(text)).slice(0, 4);
}
