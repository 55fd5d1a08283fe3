// Parses a question about the system: its topic and its measure. Names, periods and words to search for are read by those who know the services. Pure.
import { grammarOf } from './grammar/grammar.ts';
import type { Reading } from './grammar/intent.ts';
import { sentenceOf } from './grammar/sentence.ts';
import { type measureOf, systemIntents } from './intents/system.ts';

export type Measure = NonNullable<Reading<typeof measureOf>['slots']['measure']>;
export type SystemTopic =
  | 'compare'
  | 'same'
  | 'open'
  | 'past'
  | 'calls'
  | 'deployed'
  | 'changes'
  | 'logs'
  | 'restarted'
  | 'pods'
  | 'measure'
  | 'health';

export interface SystemQuestion {
  readonly topic: SystemTopic;
  /** One line, without mentions of people. */
  readonly text: string;
  readonly measure?: Measure | undefined;
  /** For `calls`: who calls the service, or whom it calls. */
  readonly way?: 'in' | 'out' | undefined;
}

const maxLength = 300;
const read = grammarOf(...systemIntents);

const topics: Readonly<Record<(typeof systemIntents)[number]['id'], SystemTopic>> = {
  'system-compare': 'compare',
  'system-same': 'same',
  'system-open': 'open',
  'system-past': 'past',
  'system-calls': 'calls',
  'system-deployed': 'deployed',
  'system-changes': 'changes',
  'system-logs': 'logs',
  'system-restarted': 'restarted',
  'system-pods': 'pods',
  'system-measure': 'measure',
  'system-health': 'health',
};

export function parseSystem(text: string): SystemQuestion | undefined {
  const sentence = sentenceOf(text);
  const found = sentence.source.length > maxLength ? undefined : read(sentence);
  if (found === undefined) return undefined;
  return {
    topic: topics[found.id],
    text: sentence.source,
    measure: 'measure' in found.slots ? found.slots.measure : undefined,
    way: found.id === 'system-calls' ? found.slots.way : undefined,
  };
}
