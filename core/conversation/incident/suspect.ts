// Answers whether a thing that the person names is the cause: it is looked for among the hypotheses, then among the changes on record. What neither
// holds is said to be so; nothing is ruled out that was not checked.
import { causes } from '../../causes/causes.ts';
import { causeTitleOf, type Hypothesis } from '../../model/diagnosis.ts';
import type { Change } from '../../model/telemetry.ts';
import { shorten } from '../../text.ts';
import { capitalize, clockTime, confidenceWords, entityText, formatPercent } from '../../wording.ts';
import { changesOf } from './changes.ts';
import { type Asked, causeIn, type IncidentAnswer, type IncidentPorts } from './record.ts';

/** Words that name a kind of change or cause. */
const changeKinds: readonly (readonly [RegExp, RegExp])[] = [
  [/\b(?:flag|flags|toggle|toggles)\b/, /^flag$/],
  [/\b(?:config|configuration|configmap|setting|settings)\b/, /^config$/],
  [/\b(?:deploy|deployment|deploys|release|releases|rollout|version|upgrade)\b/, /^(?:deploy|commit)$/],
  [/\b(?:commit|commits|code|change|changes)\b/, /./],
];
const generic: ReadonlySet<string> = new Set(
  'the this that our your their and not for was were did does could can might may has have with from because due caused broke break cause reason culprit problem trigger instead really also then just maybe perhaps deploy deployment release change commit rollout flag feature config version service what about why who all any'.split(
    ' ',
  ),
);

const wordsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9.-]+/)
    .map((word) => word.replace(/^[.-]+|[.-]+$/g, ''))
    .filter((word) => word.length >= 3 && !generic.has(word));

export async function answerSuspect(asked: Asked, ports: IncidentPorts): Promise<IncidentAnswer> {
  const { diagnosis } = asked;
  const first = causeIn(asked);
  if (diagnosis === undefined)
    return { text: 'There is no diagnosis yet; the specialists are still at work.', lines: [], choices: ['status'] };
  const lower = asked.text.toLowerCase();
  const words = wordsIn(lower);
  const changes = (await changesOf(asked, ports)).map(({ change }) => change);
  const firstText =
    first === undefined
      ? 'The cause is not known.'
      : `First is ${nameOf(first)}, ${confidenceWords(first.confidence)} (${formatPercent(first.confidence)}).`;
  const change = changeNamed(lower, words, changes);
  const hypothesis = hypothesisNamed(lower, words, diagnosis.hypotheses, change);
  if (hypothesis !== undefined)
    return {
      text:
        hypothesis === first
          ? `Yes: that is what the diagnosis names. ${hypothesis.summary} ${capitalize(confidenceWords(hypothesis.confidence))} (${formatPercent(hypothesis.confidence)}).`
          : `Less likely: ${nameOf(hypothesis)} is hypothesis ${hypothesis.rank} with ${formatPercent(hypothesis.confidence)}${hypothesis.ruledOut === undefined ? '' : `, and it is ruled out: ${hypothesis.ruledOut}`}. ${firstText}`,
      lines: [
        ...(change === undefined ? [] : [changeLine(change)]),
        ...hypothesis.why.slice(0, 4).map((reason) => `For it: ${reason}`),
        ...hypothesis.against.slice(0, 3).map((reason) => `Against it: ${reason}`),
      ],
      choices: ['show me the evidence', 'what did you check?'],
    };
  if (change !== undefined)
    return {
      text: `The diagnosis does not name it: ${change.kind} "${shorten(change.title, 160)}" is on record, and no hypothesis points to it. ${firstText}`,
      lines: [changeLine(change), ...(first?.why.slice(0, 3).map((reason) => `For the first: ${reason}`) ?? [])],
      choices: ['what changed?', 'why?'],
    };
  return {
    text: `Nothing on record points to that. ${firstText}`,
    lines: [
      ...(first?.why.slice(0, 3).map((reason) => `For the first: ${reason}`) ?? []),
      changes.length === 0
        ? 'No change is on record.'
        : `${changes.length} changes are on record; none of them is what you name.`,
    ],
    choices: ['what did you check?', 'what changed?'],
  };
}

const nameOf = (one: Hypothesis): string => `${entityText(one.entity)} (${causeTitleOf(one).toLowerCase()})`;

const changeLine = (change: Change): string =>
  `${clockTime(change.at)}: ${change.kind} "${shorten(change.title, 200)}"${change.service === undefined ? '' : ` on ${change.service}`}, by ${change.author ?? 'nobody that the source names'}.`;

const namesOf = (change: Change): string[] =>
  [change.service, change.entity?.name, change.version, change.author, change.id]
    .flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]))
    .filter((name) => name.length >= 2);

/** The change whose service, version or author is named; else the only one of the kind that is named. */
function changeNamed(lower: string, words: readonly string[], changes: readonly Change[]): Change | undefined {
  const kind = changeKinds.find(([said]) => said.test(lower));
  const ofKind = changes.filter((one) => kind === undefined || kind[1].test(one.kind));
  const byName = (among: readonly Change[]) =>
    among.find((one) => namesOf(one).some((name) => words.includes(name) || words.includes(name.replace(/s$/, ''))));
  if (kind === undefined) return byName(changes);
  return byName(ofKind) ?? (ofKind.length === 1 && !words.some((word) => /-/.test(word)) ? ofKind[0] : byName(changes));
}

function hypothesisNamed(
  lower: string,
  words: readonly string[],
  hypotheses: readonly Hypothesis[],
  change: Change | undefined,
): Hypothesis | undefined {
  const byChange =
    change &&
    hypotheses.find(({ changeId }) => changeId !== undefined && [change.id, change.commit].includes(changeId));
  if (byChange !== undefined) return byChange;
  if (change !== undefined) return undefined;
  const known = hypotheses.filter(({ cause }) => cause !== 'unknown');
  return (
    known.find(({ entity }) => words.includes(entity.name.toLowerCase())) ??
    known.find(({ entity, cause }) => {
      const kindWords = `${entity.kind} ${cause} ${causes[cause].title}`.toLowerCase().split(/[^a-z0-9]+/);
      return words.some((word) => kindWords.includes(word) || (word === 'network' && /network|dns/.test(cause)));
    }) ??
    (/\b(?:vendor|provider)\b/.test(lower) ? known.find(({ entity }) => entity.kind === 'Vendor') : undefined)
  );
}
