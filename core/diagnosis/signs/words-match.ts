// Matches a change with the observed errors: a file or function of a stack trace, an identifier of an error, or rare words that both contain.
import { identifiersOf, rarity, stemsOf } from '../../analysis/changes/words.ts';
import { isChange } from '../../causes/causes.ts';
import type { Candidate } from '../candidates.ts';
import { observed, type ScoringContext, type Sign } from '../scene.ts';

/** Weight of a name that only this change and the errors have in common. */
const exact = 2.2;

/**
 * Gives the sign of a match; undefined if the texts share nothing.
 * `change` and `errors` are texts. `changes` are all candidate changes; they show how rare a word is. `names` are service names, which do not count
 * as a match.
 */
function matchOfWords(
  change: string,
  errors: string,
  changes: readonly string[],
  names: readonly string[],
): Sign | undefined {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const lower = change.toLowerCase();
  const files = identifiersOf(errors);
  const otherChanges = changes.filter((other) => other !== change).map((other) => other.toLowerCase());
  const specific = [...files].filter(
    (name) => !known.has(name) && lower.includes(name) && !otherChanges.some((other) => other.includes(name)),
  );
  const [best] = specific.sort((a, b) => b.length - a.length);
  if (best !== undefined) return { weight: exact, text: `it touches ${best}, which the errors name` };
  const weigh = rarity(changes.map(stemsOf));
  const own = stemsOf(change);
  const ofNames = stemsOf(names.join(' '));
  const shared = [...stemsOf(errors)].filter(([stem]) => own.has(stem) && !ofNames.has(stem));
  const information = shared.reduce((sum, [stem]) => sum + Math.max(0, weigh(stem)), 0);
  if (information <= 0) return undefined;
  return {
    weight: 1.6 * (1 - Math.exp(-information / 3)),
    text: `its text shares words with the errors: ${shared
      .sort(([a], [b]) => weigh(b) - weigh(a))
      .slice(0, 3)
      .map(([, word]) => word)
      .join(', ')}`,
  };
}

/** The key of a flag, as its change names it: `new-cart-shape`. */
const flagKey = /[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+/i;
const leastWords = 2;

/** Whether one error has all the words of a flag's key: its trace runs through the code behind the flag. Names of services do not count. */
function runsThrough(title: string, errors: readonly string[], names: readonly string[]): string | undefined {
  const key = flagKey.exec(title)?.[0];
  const ofNames = stemsOf(names.join(' '));
  const words = [...stemsOf(key ?? '').keys()].filter((stem) => !ofNames.has(stem));
  if (key === undefined || words.length < leastWords) return undefined;
  return errors.map(stemsOf).some((stems) => words.every((word) => stems.has(word))) ? key : undefined;
}

export function signsOfWords(
  candidate: Candidate,
  { findings, candidates, changes, excerptsOf }: ScoringContext,
): Sign[] {
  const errors = observed(findings).filter(({ errorTemplate }) => errorTemplate !== undefined);
  const textOf = ({ changeId }: Candidate) => {
    const change = changes.get(changeId ?? '');
    return change ? [change.title, ...(change.files ?? []), change.diff ?? ''].join('\n') : '';
  };
  const texts = errors.map((finding) => `${finding.claim}\n${excerptsOf(finding)}`);
  const names = candidates.map(({ entity }) => entity.name);
  const change = changes.get(candidate.changeId ?? '');
  const key = change?.kind === 'flag' ? runsThrough(change.title, texts, names) : undefined;
  if (key !== undefined) return [{ weight: exact, text: `the errors have all words of ${key}` }];
  const match = matchOfWords(
    textOf(candidate),
    texts.join('\n'),
    candidates.filter(({ cause }) => isChange(cause)).map(textOf),
    names,
  );
  return match ? [match] : [];
}

/** Whether the errors name a file, function or field that only this change touches. */
export const touchesNamed = (candidate: Candidate, scene: ScoringContext): boolean =>
  signsOfWords(candidate, scene).some(({ weight }) => weight >= exact);
