// Words for the chain of a diagnosis and for what would raise its confidence, for the console and for chats. Pure.
import { type ChainStep, causeTitleOf, type Diagnosis, type Hypothesis } from '../model/diagnosis.ts';
import { missingAmong } from '../model/report.ts';
import { clockTime, entityText, formatList, formatPercent } from '../wording.ts';

export const chainTitles: Readonly<Record<ChainStep['kind'], string>> = {
  symptom: 'Symptom',
  call: 'Call',
  cause: 'Cause',
  change: 'Change',
};

/** One line for each step. `names`: names of pieces of evidence by id. */
export const chainLines = ({ chain = [] }: Hypothesis, names: ReadonlyMap<string, string>): string[] =>
  chain.map(({ kind, text, at, evidenceIds }, index) => {
    const shown = evidenceIds.flatMap((id) => names.get(id) ?? []);
    const when = at === undefined ? '' : ` (${clockTime(at)})`;
    return `${index + 1}. ${chainTitles[kind]}${when}: ${text}${shown.length === 0 ? '' : ` Evidence: ${shown.join(' · ')}`}`;
  });

/** A rival below this share is no doubt. */
const leastRival = 0.05;
const maxMissing = 3;

/** What is missing for more confidence in the first hypothesis, as sentences; empty without a hypothesis. */
export function raisesOf({ hypotheses, gaps }: Pick<Diagnosis, 'hypotheses' | 'gaps'>): string[] {
  const first = hypotheses[0];
  if (first === undefined) return [];
  const rival = hypotheses
    .slice(1)
    .find(
      ({ cause, ruledOut, confidence }) => cause !== 'unknown' && ruledOut === undefined && confidence >= leastRival,
    );
  const call = first.chain?.find(({ kind }) => kind === 'call');
  const shownBy = specialistsOf(first);
  return [
    ...missingAmong(gaps)
      .slice(0, maxMissing)
      .map(({ source, reason }) => `An answer of ${source}: ${reason}`),
    ...(rival === undefined
      ? []
      : [
          `Evidence against ${entityText(rival.entity)} (${causeTitleOf(rival).toLowerCase()}), which has ${formatPercent(rival.confidence)}.`,
        ]),
    ...(call === undefined || call.evidenceIds.length > 0
      ? []
      : [`A trace or a measured error ratio of the calls ${formatList(call.path ?? [])}: none shows a failing one.`]),
    ...(first.cause !== 'unknown' && shownBy.length === 1
      ? [`A second kind of evidence: so far only the findings of the specialist ${shownBy[0]} show it.`]
      : []),
  ];
}

/** The ids of findings begin with the name of their specialist. */
const specialistsOf = ({ findingIds }: Hypothesis): string[] => [
  ...new Set(findingIds.map((id) => id.replace(/-\d+-\d+$/, ''))),
];
