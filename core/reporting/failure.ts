// When a step fails for good: the thread gets what is known until then, and what broke, in our words. Never silent, never a vendor's text.
import { note } from '../incidents/timeline.ts';
import type { Failed } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';

/** What a code of ours, or of Step Functions, means to the person who reads it. */
const sentences: Readonly<Record<string, string>> = {
  'States.Timeout': 'A step did not answer in time.',
  'States.TaskFailed': 'A step failed.',
  'States.DataLimitExceeded': 'The incident grew too large to be passed on.',
  'States.Runtime': 'The workflow met data that it could not handle.',
  Unavailable: 'Something that is needed could not be reached, also after trying again.',
  Misconfigured: 'The configuration cannot work; whoever runs Watchkeeper has to look at it.',
  InvalidInput: 'A step got data that does not fit its schema.',
  Impossible: 'Watchkeeper reached a state that should not exist; this is a defect of ours.',
};

export async function reportFailure(
  input: Failed,
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'chat' | 'pager'>,
): Promise<{ readonly reported: boolean }> {
  const broke = sentences[input.failure.Error ?? ''] ?? 'A step failed in a way nobody foresaw.';
  const known = knownUntilThen(input);
  const { incident, trigger } = input;
  const headline = shorten(`The investigation broke off: ${trigger.title}`, 300);
  const lines = [broke, ...known, 'Please take over by hand.'];
  const failed: string[] = [];
  await ports.chat
    .publish({
      key: `failure-${incident?.id ?? trigger.eventId}`,
      incidentId: incident?.id ?? 'none',
      kind: 'failure',
      headline,
      lines: lines.map((line) => shorten(line, 1500)).slice(0, 30),
      ...(trigger.slack === undefined
        ? {}
        : { slack: { channel: trigger.slack.channel, threadTs: trigger.slack.threadTs } }),
    })
    .catch(() => failed.push('The thread could not be told.'));
  if (trigger.kind === 'page') {
    const written = await ports.pager.note(trigger.sourceId, shorten([headline, ...lines].join('\n'), 2000));
    if (written.kind === 'gap') failed.push('The page could not be told.');
  }
  if (incident) {
    await note(incident.id, { step: 'ReportFailure', kind: 'failure', text: [broke, ...failed].join(' ') }, ports);
    await ports.incidents.update(incident.id, { status: 'failed' });
  }
  return { reported: failed.length < 2 };
}

function knownUntilThen(input: Failed): string[] {
  if (input.diagnosis) return [`What was found until then: ${input.diagnosis.text}`];
  const reports = [...(input.priorReports ?? []), ...(input.reports ?? [])];
  const found = reports
    .filter((report) => report.findings.length > 0)
    .map((report) => `${report.specialist}: ${report.summary}`);
  return found.length > 0 ? ['What was found until then:', ...found] : ['Nothing had been found until then.'];
}
