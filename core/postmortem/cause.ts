// Writes the root cause section: first people's corrections, then the diagnosis with the reasons for and against it, its numbered evidence, and
// the other hypotheses. Pure.
import { named } from '../diagnosis/words.ts';
import { causeTitleOf, type Diagnosis, type Hypothesis, wholeText } from '../model/diagnosis.ts';
import { capitalize, confidenceWords } from '../wording.ts';
import { bare, bullets, code, plain } from './markdown.ts';
import { correctionsIn, diagnosedAt, type PostmortemRecord } from './record.ts';
import { instant, range } from './times.ts';

export const sureness = ({ confidence }: Pick<Hypothesis, 'confidence'>): string =>
  `${confidenceWords(confidence)} (${Math.round(confidence * 100)} %)`;

export const causeLines = (record: PostmortemRecord): string[] =>
  correctionsIn(record).map(({ by, words: correction }) => `${plain(by, 100)} says: ${plain(correction, 600)}`);

export function rootCause(record: PostmortemRecord): string[] {
  const { diagnosis } = record;
  const [first, ...rivals] = diagnosis.hypotheses;
  const corrected = causeLines(record);
  const at = diagnosedAt(record);
  const when = at === undefined ? '' : ` Diagnosed at ${instant(at)}.`;
  return [
    ...(corrected.length > 0 ? [...bullets(corrected, ''), '', 'Diagnosis before the correction:', ''] : []),
    plain(wholeText(diagnosis), 2000),
    '',
    ...(first
      ? [
          `${capitalize(causeTitleOf(first))} (${first.cause}) at ${plain(named(first.entity))}: ${sureness(first)}. ${modelLine(diagnosis)}${when}`,
          '',
          ...listSection('Why', first.why),
          ...listSection('Against it', first.against),
          ...listSection('It explains', diagnosis.symptoms),
          '### Evidence',
          '',
          'Each excerpt begins with its query.',
          '',
          ...first.evidenceIds.flatMap((id, place) => piece(id, place + 1, record)),
          '',
        ]
      : [`Not known. ${modelLine(diagnosis)}${when}`, '']),
    '### Other hypotheses',
    '',
    ...bullets(
      rivals.map((one) => `${plain(bare(one.summary), 300)}: ${sureness(one)}.`),
      'There was no other.',
    ),
  ];
}

function modelLine({ model, participants, droppedClaims }: Diagnosis): string {
  if (model === 'none') return 'No model took part; this is the analysis alone.';
  const who = participants.slice(0, 10).map(({ part, by }) => `${plain(part, 80)} by ${plain(by, 120)}`);
  const parts = who.length > 0 ? ` (${who.join('; ')})` : '';
  const dropped = droppedClaims > 0 ? ` ${droppedClaims} claims without evidence were left out.` : '';
  return `A model took part: ${plain(model, 120)}${parts}.${dropped}`;
}

const listSection = (what: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : [
        `${what}:`,
        '',
        ...bullets(
          lines.map((line) => plain(line)),
          '',
        ),
        '',
      ];

/** One piece of evidence, with the number by which the diagnosis cites it. */
function piece(id: string, number: number, { evidence }: PostmortemRecord): string[] {
  const found = evidence.get(id);
  if (!found) return [`${number}. ${plain(id, 80)}: not readable any more`];
  const { source, query, window, excerpt, hash } = found;
  const when = window ? `, ${range(window)}` : '';
  return [
    `${number}. ${plain(source, 80)}${when}; SHA-256 ${plain(hash, 64)}`,
    '',
    ...code(`${query}\n\n${excerpt}`),
    '',
  ];
}

/** The trigger section: the change that caused the incident. */
export function triggerLines({ diagnosis, change }: PostmortemRecord): string[] {
  const id = diagnosis.hypotheses[0]?.changeId;
  if (id === undefined) return ['Not known: no change is named as what set it off.'];
  if (!change) return [`Change ${plain(id, 120)}. Author and title are not known.`];
  const { kind, title, author, at, service } = change;
  return [
    `${capitalize(kind)} ${plain(id, 120)} "${plain(title, 200)}"${service === undefined ? '' : ` of ${plain(service, 120)}`}, by ${author === undefined ? 'an unknown author' : plain(author, 120)}, at ${instant(at)}.`,
  ];
}
