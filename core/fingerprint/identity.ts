// What tells one error from another: a digest of its canonical form, and the form itself, cut, for people. Occurrences of one error say which
// of its values vary.
import { sha256 } from '../hash.ts';
import type { ErrorIdentity, Finding } from '../model/report.ts';
import { canonicalError } from './canonical.ts';
import { readable, splitCandidates } from './marks.ts';

/** Names the recipe of this folder. Another recipe needs another name, so that what was taught before is never matched by mistake. */
export const recipe = 'wk3';

const saysLength = 400;
const digestOf = (parts: readonly unknown[]): string => sha256(JSON.stringify([recipe, ...parts])).slice(0, 32);

interface About {
  /** Names of the workloads that the text is of. */
  readonly workloads?: readonly string[];
  /** What a person reads, where it is less than the whole text. */
  readonly headline?: string;
}

/** The identity of one occurrence. Undefined where nothing is said. */
export function identityOf(text: string, { workloads = [], headline }: About = {}): ErrorIdentity | undefined {
  const occurrences = new Occurrences();
  occurrences.add(text, { workloads, ...(headline === undefined ? {} : { headline }) });
  return occurrences.identity();
}

/** Of a sentence of ours, in which nothing varies but what makes it another error. */
export const exactly = (says: string): Pick<Finding, 'errorTemplate' | 'errorIdentity'> => ({
  errorTemplate: says,
  errorIdentity: identityOf(says),
});

/**
 * The identity of errors that came together: another one among them makes it another. Undefined where one of them cannot be told. What a person
 * reads begins with the first.
 */
export function combinedIdentity(errors: readonly (ErrorIdentity | undefined)[]): ErrorIdentity | undefined {
  const known = errors.filter((one) => one !== undefined);
  if (known.length < errors.length || known.every(({ partial }) => partial)) return undefined;
  const [first, ...others] = [...new Map(known.map((one) => [one.digest, one])).values()];
  if (first === undefined || others.length === 0) return first;
  const says = [...new Set(known.map((one) => one.says))].join(' · ');
  return { digest: digestOf([first, ...others].map(({ digest }) => digest).sort()), says: says.slice(0, saysLength) };
}

interface Form {
  /** The value of each place that may vary, or undefined where different ones were seen. */
  values: (string | undefined)[];
  readonly says: string;
}

/** Forms of what one writer says; more are no one error. */
const maxForms = 32;

/** Texts that are remembered as seen, so that repetition costs little. */
const maxSeen = 64;
/** Only where it is known to vary: what looks alike must be alike. */
const instant = /(?<![\w./-])\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?Z?(?![\w/]|[.:-]\d)/g;

/** Occurrences that are thought to be of one error, by the words that they share. */
export class Occurrences {
  readonly #forms = new Map<string, Form>();
  readonly #seen = new Set<string>();
  #whole = true;

  /** Whether it was not seen before: whether it cost anything. */
  add(text: string, { workloads = [], headline }: About = {}): boolean {
    if (!this.#whole) return false;
    const plain = text.replace(instant, '');
    if (this.#seen.has(plain)) return false;
    if (this.#seen.size < maxSeen) this.#seen.add(plain);
    const canonical = canonicalError(text, workloads);
    const { skeleton, values } = splitCandidates(canonical);
    const known = this.#forms.get(skeleton);
    if (known) known.values = merged(known.values, values);
    else if (this.#forms.size >= maxForms) this.incomplete();
    else if (canonical !== '') {
      const says = readable(headline === undefined ? canonical : canonicalError(headline, workloads)).slice(
        0,
        saysLength,
      );
      this.#forms.set(skeleton, { values: [...values], says });
    }
    return true;
  }

  /** Something of it was not read: it cannot be told from other errors. */
  incomplete(): void {
    this.#whole = false;
    this.#forms.clear();
    this.#seen.clear();
  }

  merge(other: Occurrences): void {
    if (!other.#whole) this.incomplete();
    if (!this.#whole) return;
    for (const [skeleton, form] of other.#forms) {
      const known = this.#forms.get(skeleton);
      if (known) known.values = merged(known.values, form.values);
      else this.#forms.set(skeleton, { ...form });
    }
    if (this.#forms.size > maxForms) this.incomplete();
  }

  /** Several errors that share their words are one identity only together. */
  identity(): ErrorIdentity | undefined {
    const forms = [...this.#forms].sort(([a], [b]) => (a < b ? -1 : 1));
    const [first] = forms;
    if (first === undefined) return undefined;
    const more = forms.length > 1 ? ` (and ${forms.length - 1} more like it)` : '';
    return {
      digest: digestOf(forms.map(([skeleton, { values }]) => [skeleton, values.map((value) => value ?? null)])),
      says: `${first[1].says.slice(0, saysLength - more.length)}${more}`,
    };
  }
}

const merged = (
  known: readonly (string | undefined)[],
  seen: readonly (string | undefined)[],
): (string | undefined)[] => known.map((value, place) => (value === seen[place] ? value : undefined));
