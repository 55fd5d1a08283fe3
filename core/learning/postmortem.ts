// A postmortem draft from what was recorded: timeline, impact, cause with evidence, what was tried, what is open. Pure text making; what
// people or telemetry wrote is escaped, so that a draft carries no markup of theirs.
import type { RemediationResult, Verification } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Context, Incident, TimelineEntry } from '../model/incident.ts';
import { redact } from '../redact.ts';

interface PostmortemInput {
  readonly incident: Incident;
  readonly context: Context;
  readonly diagnosis: Diagnosis;
  readonly timeline: readonly TimelineEntry[];
  readonly remediation?: RemediationResult | undefined;
  readonly verification?: Verification | undefined;
}

/** Markdown's and HTML's special characters, escaped; line breaks folded. */
const plain = (text: string): string =>
  redact(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~]/g, (character) => `\\${character}`);

export function postmortem(input: PostmortemInput): string {
  const { incident, context, diagnosis, timeline, remediation, verification } = input;
  const first = diagnosis.hypotheses[0];
  const list = (items: readonly string[], none: string) =>
    items.length > 0 ? items.map((item) => `- ${plain(item)}`) : [none];
  return [
    `# ${plain(incident.title)}`,
    '',
    `Draft, written from the record of incident ${incident.id}. Opened ${incident.openedAt}.`,
    '',
    '## Impact',
    '',
    `Service ${plain(context.service?.value ?? 'not known')}, cluster ${plain(context.cluster?.value ?? 'not known')}, environment ${plain(context.environment?.value ?? 'not known')}.`,
    ...list(diagnosis.blastRadius, 'No other service was seen to be affected.'),
    '',
    '## Cause',
    '',
    ...corrections(timeline),
    plain(diagnosis.text),
    '',
    ...(first
      ? [
          `${plain(`${first.entity.kind} ${first.entity.name}`)}: ${first.cause} (confidence ${Math.round(first.confidence * 100)} %).`,
          ...list(first.why, ''),
          `Evidence: ${first.evidenceIds.join(', ')}.`,
        ]
      : ['Not known.']),
    '',
    '## What was tried',
    '',
    remediation
      ? `${remediation.kind}: ${plain('detail' in remediation ? remediation.detail : remediation.why)}`
      : 'Nothing was done by Watchkeeper.',
    ...(verification ? ['', `${verification.kind}: ${plain(verification.text)}`] : []),
    '',
    '## Timeline (UTC)',
    '',
    ...timeline.map((entry) => `- ${entry.at.slice(0, 19)}Z ${plain(entry.actor)}: ${plain(entry.text.slice(0, 300))}`),
    '',
    '## Follow-ups',
    '',
    ...list(
      [
        ...diagnosis.gaps.map((gap) => `Could not be learned: ${gap.source}: ${gap.reason}`),
        ...(verification && verification.kind !== 'recovered'
          ? ['Find a remedy: the action did not demonstrably help.']
          : []),
        'Read this draft, correct it, and say what would have prevented the incident.',
      ],
      '',
    ),
    '',
  ].join('\n');
}

/** What people said it was, before what was worked out. */
function corrections(timeline: readonly TimelineEntry[]): string[] {
  const said = timeline.filter(({ step, actor }) => step === 'Correct' && actor !== 'watchkeeper');
  return said.length === 0 ? [] : [...said.map(({ actor, text }) => `- ${plain(actor)}: ${plain(text)}`), ''];
}
