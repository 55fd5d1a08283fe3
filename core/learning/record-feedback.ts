// Records a person's feedback that the diagnosis was wrong or right. The timeline keeps the original words, and the reply says how they were
// understood.
import { sha256 } from '../hash.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { type DraftPorts, writeDraftAgain } from '../postmortem/draft.ts';
import { incidentEntitiesIn } from '../record/incident-entities.ts';
import { record } from '../record/timeline.ts';
import { redact } from '../redaction/redact.ts';
import { shorten } from '../text.ts';
import { formatPercent } from '../wording.ts';
import { feedbackOn, type Judgement, maxWordsLength } from './feedback.ts';
import { correctionChoices, nameOf, namesNothing, readingOf } from './resolve-correction.ts';

interface Opinion {
  readonly incident: Incident;
  readonly by: string;
  readonly text: string;
}

interface Answer {
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices: readonly string[];
}

/** `meant` is empty if the person does not name another cause. */
export async function recordCorrection(opinion: Opinion, correction: string, ports: DraftPorts): Promise<Answer> {
  const judgement = judgementOf('DiagnosisCorrected', opinion, ports);
  await keep(judgement, opinion, ports);
  const draft = {
    none: "The incident's record keeps your correction, and the postmortem shows it before my diagnosis.",
    written: "The incident's record keeps your correction, and the postmortem draft now shows it before my diagnosis.",
    failed:
      "The incident's record keeps your correction. The postmortem draft could not be updated and does not show it yet.",
  }[await writeDraftAgain(opinion.incident.id, ports)];
  if (correction === '')
    return { text: `What was it, then? "No, it was …" is enough. ${draft}`, lines: [], choices: [] };
  const { reading, choices } = await read(judgement, opinion, ports);
  return { text: `Thank you. ${reading} ${draft}`, lines: [], choices };
}

/** Matches "yes, it was …" and a name, but not "that was the cause". */
const names =
  /\b(?:it|that) was (?!(?:it|right|correct|true|indeed|really|the (?:root )?(?:cause|reason|problem|culprit))\b)\S/i;

export async function recordAgreement(opinion: Opinion, ports: DraftPorts & Pick<Ports, 'approvals'>): Promise<Answer> {
  const judgement = judgementOf('DiagnosisConfirmed', opinion, ports);
  const [{ feedback, reading, choices }, approvals] = await Promise.all([
    read(judgement, opinion, ports),
    ports.approvals.ofIncident(opinion.incident.id),
  ]);
  const { diagnosed, verdict, meant } = feedback;
  if (names.test(opinion.text) && namesNothing(meant)) {
    const text = `I do not know what you name, so it does not count yet. ${diagnosed ? `Do you mean ${nameOf(diagnosed)}?` : 'There is no diagnosis that it could be.'}`;
    return { text, lines: [], choices: diagnosed ? ['the diagnosis is right'] : [] };
  }
  await keep(judgement, opinion, ports);
  const waiting = approvals.filter(({ state }) => state === 'pending');
  const lines = waiting.map(
    ({ question }) => `It approves nothing; this still waits for "approve" or "reject": ${question}`,
  );
  if (!diagnosed)
    return { text: 'Thank you. I have named no cause that could be right; what you say is kept.', lines, choices };
  const diagnosisName = nameOf(diagnosed);
  if (verdict === 'wrong')
    return { text: `Thank you. ${reading} I had said ${diagnosisName}, so it counts as a correction.`, lines, choices };
  const stated = formatPercent(diagnosed.confidence);
  return {
    text: `Thank you. ${diagnosisName} is kept as right. It counts for how far my ${stated} can be believed, and as the truth of a scenario made of this incident.`,
    lines,
    choices: [],
  };
}

type RecordedJudgement = Parameters<typeof feedbackOn>[0];

function judgementOf(
  type: Judgement['type'],
  { by, text }: Opinion,
  { clock }: Pick<Ports, 'clock'>,
): RecordedJudgement {
  const words = shorten(redact(text).replace(/\s+/g, ' ').trim(), maxWordsLength);
  return { actor: by, event: { type, by, words }, at: clock.now().toISOString() };
}

/** Records the same words of the same person once. */
async function keep(
  { actor, event }: RecordedJudgement,
  { incident }: Opinion,
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<void> {
  // A hash keeps the key short: a DynamoDB key holds 1 KB, and some scripts need three bytes per character.
  const key = sha256(JSON.stringify([actor, event.type, event.words])).slice(0, 24);
  const step = event.type === 'DiagnosisCorrected' ? 'Correct' : 'Agree';
  await record(incident.id, event, { step, key }, ports);
}

async function read(judgement: RecordedJudgement, { incident }: Opinion, { incidents }: Pick<Ports, 'incidents'>) {
  const [diagnosis, timeline] = await Promise.all([incidents.diagnosis(incident.id), incidents.timeline(incident.id)]);
  const known = { incident, diagnosis, timeline };
  const feedback = feedbackOn(judgement, known);
  return {
    feedback,
    reading: readingOf(feedback.meant),
    choices: correctionChoices(feedback.meant, incidentEntitiesIn(known)),
  };
}
