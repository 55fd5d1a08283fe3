// Derives the identity of an error: a digest of its canonical form, and the shortened form for people. Several occurrences of one error show which of
// its values vary.
import { sha256 } from '../hash.ts';
import type { ErrorIdentity, Finding } from '../model/report.ts';
import { canonicalError } from './canonical.ts';
import { readable, splitCandidates } from './marks.ts';

/** The name of this folder's recipe. A changed recipe needs a new name, so that a preference taught under the old one never matches by mistake. */
export const recipe = 'wk3';

const maxTextLength = 400;
const digestOf = (parts: readonly unknown[]): string => sha256(JSON.stringify([recipe, ...parts])).slice(0, 32);

interface About {
  /** Names of the workloads that wrote the text. */
  readonly workloads?: readonly string[];
  /** The part that people read, if it is less than the whole text. */
  readonly headline?: string;
}

/** The identity of one occurrence; undefined if the text is empty. */
export function identityOf(text: string, { workloads = [], headline }: About = {}): ErrorIdentity | undefined {
  const occurrences = new Occurrences();
  occurrences.add(text, { workloads, ...(headline === undefined ? {} : { headline }) });
  return occurrences.identity();
}

/** The identity of one of our own sentences. Nothing in it varies, so any difference makes another error. */
export const exactly = (text: string): Pick<Finding, 'errorTemplate' | 'errorIdentity'> => ({
  errorTemplate: text,
  errorIdentity: identityOf(text),
});

/**
 * The identity of errors that occurred together: an additional error makes a different identity. Undefined if one of the errors has no identity. The
 * text for people begins with the first error.
 */
export function combinedIdentity(errors: readonly (ErrorIdentity | undefined)[]): ErrorIdentity | undefined {
  const known = errors.filter((one) => one !== undefined);
  if (known.length < errors.length || known.every(({ partial }) => partial)) return undefined;
  const [first, ...rest] = [...new Map(known.map((one) => [one.digest, one])).values()];
  if (first === undefined || rest.length === 0) return first;
  const text = [...new Set(known.map((one) => one.text))].join(' · ');
  return { digest: digestOf([first, ...rest].map(({ digest }) => digest).sort()), text: text.slice(0, maxTextLength) };
}

interface Form {
  /** The value of each candidate; undefined once occurrences differ. */
  values: (string | undefined)[];
  readonly text: string;
}

/** Limit on the forms of one writer's texts; beyond it they are not one error. */
const maxForms = 32;

/** Number of remembered texts, so that repetition costs little. */
const maxSeen = 64;
/** Matches only instants that are known to vary; texts that then look alike are alike. */
const instant = /(?<![\w./-])\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?Z?(?![\w/]|[.:-]\d)/g;

/** Collects occurrences that belong to one error, grouped by their shared words. */
export class Occurrences {
  readonly #forms = new Map<string, Form>();
  readonly #seen = new Set<string>();
  #whole = true;

  /** Returns whether the text was new and therefore had to be processed. */
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
      const text = readable(headline === undefined ? canonical : canonicalError(headline, workloads)).slice(
        0,
        maxTextLength,
      );
      this.#forms.set(skeleton, { values: [...values], text });
    }
    return true;
  }

  /** Records that some text was not read, so the error cannot be told from others. */
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

  /** If several forms were collected, they make one identity only together. */
  identity(): ErrorIdentity | undefined {
    const forms = [...this.#forms].sort(([a], [b]) => (a < b ? -1 : 1));
    const [first] = forms;
    if (first === undefined) return undefined;
    const more = forms.length > 1 ? ` (and ${forms.length - 1} more like it)` : '';
    return {
      digest: digestOf(forms.map(([skeleton, { values }]) => [skeleton, values.map((value) => value ?? null)])),
      text: `${first[1].text.slice(0, maxTextLength - more.length)}${more}`,
    };
  }
}

const merged = (
  known: readonly (string | undefined)[],
  seen: readonly (string | undefined)[],
): (string | undefined)[] => known.map((value, place) => (value === seen[place] ? value : undefined));
