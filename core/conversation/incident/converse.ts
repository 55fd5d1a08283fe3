// Answers messages that the record of an incident answers: one question, several in one message, or one that relies on an earlier question.
import { followUpOf } from '../../language/follow-up.ts';
import type { ParsedUtterance } from '../../language/parse-utterance.ts';
import { partsOf } from '../../language/parts.ts';
import type { IncidentQuestion } from '../../language/read-intent.ts';
import type { Incident } from '../../model/incident.ts';
import { answerAboutIncident } from './index.ts';
import type { IncidentAnswer, IncidentPorts } from './record.ts';

export interface FromRecord extends IncidentAnswer {
  readonly id: IncidentQuestion['id'];
}

interface Conversation {
  readonly incident: Incident;
  /** Earlier messages of this person in this place, oldest first. */
  readonly earlier: () => Promise<readonly string[]>;
}

/** Undefined if the message decides something, or asks something else. */
export async function answerFromRecord(
  { text, intent, answer }: Pick<ParsedUtterance, 'text' | 'intent' | 'answer'>,
  { incident, earlier }: Conversation,
  ports: IncidentPorts,
): Promise<FromRecord | undefined> {
  if (intent.kind === 'answer' || answer.kind === 'switch') return undefined;
  const parts = partsOf(text);
  if (parts !== undefined) {
    const answers = await Promise.all(
      parts.map((part) =>
        answerAboutIncident(
          part.question,
          { incident, text: part.question.id === 'suspect' ? text : part.text },
          ports,
        ),
      ),
    );
    const [first, ...more] = answers;
    return {
      id: parts[0]?.question.id ?? 'changes',
      text: first?.text ?? '',
      lines: [...(first?.lines ?? []), ...more.flatMap(({ text: next, lines }) => [next, ...lines])],
      choices: answers.at(-1)?.choices ?? [],
    };
  }
  if (intent.kind === 'incident')
    return { id: intent.question.id, ...(await answerAboutIncident(intent.question, { incident, text }, ports)) };
  if (intent.kind !== 'unclear' && intent.kind !== 'why') return undefined;
  const followed = followUpOf(text, await earlier().catch(() => []));
  if (followed === undefined) return undefined;
  return {
    id: followed.question.id,
    ...(await answerAboutIncident(followed.question, { incident, text: followed.text }, ports)),
  };
}
