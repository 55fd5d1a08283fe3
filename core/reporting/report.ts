// Tells people what was found and what is going to happen: the thread, and a note on the page. A surface that cannot be reached becomes a
// gap in the timeline; only when nobody at all can be told does the step fail, and is tried again.
import { Unavailable } from '../errors.ts';
import { note } from '../incidents/timeline.ts';
import type { Decision } from '../model/action.ts';
import { causes } from '../model/causes.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Message } from '../model/message.ts';
import type { Decided } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';
import { confidenceWords } from './words.ts';

/** PagerDuty cuts a note here. */
const noteLength = 2000;

export async function report(
  input: Decided,
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'chat' | 'pager'>,
): Promise<Record<string, never>> {
  const { incident, diagnosis, decision } = input;
  const lines = diagnosisLines(diagnosis, decision);
  const message: Message = {
    key: `diagnosis-${incident.id}`,
    incidentId: incident.id,
    kind: 'diagnosis',
    headline: shorten(headlineOf(diagnosis, incident.title), 300),
    lines: lines.map((line) => shorten(line, 1500)).slice(0, 30),
    ...(incident.trigger.slack === undefined
      ? {}
      : { slack: { channel: incident.trigger.slack.channel, threadTs: incident.trigger.slack.threadTs } }),
  };
  const failed: string[] = [];
  await ports.chat.publish(message).catch(() => failed.push('The thread could not be told the diagnosis.'));
  if (incident.trigger.kind === 'page') {
    const written = await ports.pager.note(
      incident.sourceId,
      shorten([message.headline, ...lines].join('\n'), noteLength),
    );
    if (written.kind === 'gap') failed.push(`The page got no note: ${written.gap.reason}`);
  }
  const reachable = incident.trigger.kind === 'page' ? 2 : 1;
  if (failed.length === reachable)
    throw new Unavailable('Neither the thread nor the page could be told the diagnosis.');
  for (const [index, text] of failed.entries()) {
    await note(incident.id, { step: 'Report', kind: 'gap', key: String(index), text }, ports);
  }
  return {};
}

const headlineOf = (diagnosis: Diagnosis, title: string): string => {
  const first = diagnosis.hypotheses[0];
  if (!first || first.cause === 'unknown') return `No cause found yet: ${title}`;
  return `${causes[first.cause].title}: ${first.entity.kind} ${first.entity.name} (${confidenceWords(first.confidence)})`;
};

/** What a person reads, most important first. */
export function diagnosisLines(diagnosis: Diagnosis, decision: Decision): string[] {
  return [
    diagnosis.text,
    ...diagnosis.hypotheses.map(
      (hypothesis) =>
        `${hypothesis.rank}. ${hypothesis.summary} ${confidenceWords(hypothesis.confidence)} (${Math.round(hypothesis.confidence * 100)} %). ` +
        `Evidence: ${hypothesis.evidenceIds.join(', ')}.`,
    ),
    ...(diagnosis.symptoms.length > 0 ? [`Explained by the first: ${diagnosis.symptoms.join(' ')}`] : []),
    ...(diagnosis.gaps.length > 0
      ? [`Not known: ${diagnosis.gaps.map((gap) => `${gap.source} (${gap.reason})`).join('; ')}`]
      : []),
    ...(diagnosis.droppedClaims > 0
      ? [`${diagnosis.droppedClaims} claims were dropped because no evidence holds them.`]
      : []),
    diagnosis.model === 'none'
      ? 'No model took part; this is the analysis alone.'
      : `Second opinion by ${diagnosis.model}.`,
    decisionLine(decision),
  ];
}

function decisionLine(decision: Decision): string {
  const policies = decision.policies.length > 0 ? ` [${decision.policies.join(', ')}]` : '';
  switch (decision.kind) {
    case 'report':
      return `Nothing is going to be done. ${decision.why}${policies}`;
    case 'ask':
      return `The question is: ${decision.action.title}? ${decision.why}${policies}`;
    case 'act':
      return `Going to act without asking: ${decision.action.title}. ${decision.why}${policies}`;
    case 'refuse':
      return `Refused${decision.action ? `: ${decision.action.title}` : ''}. ${decision.why}${policies}`;
  }
}
