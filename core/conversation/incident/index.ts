// Answers a question about an incident from its record, one file for each kind of question.
import type { IncidentQuestion } from '../../language/read-intent.ts';
import type { Incident } from '../../model/incident.ts';
import { isByPerson } from '../../postmortem/record.ts';
import { answerAdvice } from './advice.ts';
import { answerAnnounce } from './announce.ts';
import { answerCannot } from './cannot.ts';
import { answerChanges } from './changes.ts';
import { answerCourse } from './course.ts';
import { answerDuration } from './duration.ts';
import { answerHistory } from './history.ts';
import { answerImpact } from './impact.ts';
import { answerPeople } from './people.ts';
import { type Asked, askedOf, type IncidentAnswer, type IncidentPorts, pendingIn } from './record.ts';
import { answerSuspect } from './suspect.ts';

export async function answerAboutIncident(
  question: IncidentQuestion,
  { incident, text }: { readonly incident: Incident; readonly text: string },
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  const asked = await askedOf(incident, text, ports);
  switch (question.id) {
    case 'changes':
      return answerChanges(question.slots, asked, ports);
    case 'people':
      return answerPeople(question.slots, asked, ports);
    case 'history':
      return answerHistory(question.slots, asked, ports);
    case 'impact':
      return answerImpact(question.slots, asked, ports);
    case 'duration':
      return answerDuration(question.slots, asked);
    case 'course':
      return whoDidIt(question.slots, asked)
        ? answerChanges({ about: 'author' }, asked, ports)
        : answerCourse(question.slots, asked);
    case 'announce':
      return answerAnnounce(question.slots, asked);
    case 'suspect':
      return answerSuspect(asked, ports);
    case 'advice':
      return answerAdvice(question.slots, asked);
    case 'cannot':
      return withWaiting(answerCannot(question.slots), asked);
  }
}

/** "Who did it" where no person did anything here is about the change that the diagnosis names. */
const whoDidIt = (
  { about }: { readonly about?: 'people' | undefined },
  { text, timeline, diagnosis }: Asked,
): boolean =>
  about === 'people' &&
  /\bwho (?:did|changed) (?:it|this|that)\b/i.test(text) &&
  !timeline.some(isByPerson) &&
  diagnosis?.hypotheses[0]?.changeId !== undefined;

const withWaiting = (answer: IncidentAnswer, asked: Asked): IncidentAnswer => ({
  ...answer,
  lines: [
    ...answer.lines,
    ...(asked.diagnosis?.next === undefined ? [] : [`The next step here: ${asked.diagnosis.next}`]),
    ...pendingIn(asked).map(({ question }) => `That approves nothing; this waits: ${question}`),
  ],
});
