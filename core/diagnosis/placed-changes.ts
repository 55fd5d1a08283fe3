// Places changes by what the errors say. A change that names no service was put down to the paged service for want of a better place: if the errors
// of one workload alone name what it touches, it belongs there. And a change that takes something out of a shared schema is behind the errors of
// whoever still reads it, even if that is another service.

import { identifiersOf } from '../analysis/changes/words.ts';
import { missesSchema } from '../analysis/logs/missing-schema.ts';
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';
import type { ChangeText } from './supported.ts';

export interface ChangeTexts {
  readonly changes: ReadonlyMap<string, ChangeText>;
  /** The text of a finding's evidence. */
  readonly textOf: (finding: Finding) => string;
}

export function withPlacedChanges(findings: readonly Finding[], texts: ChangeTexts): readonly Finding[] {
  const changes = findings.filter(({ role }) => role === 'change');
  if (changes.length === 0) return findings;
  const errors = findings
    .filter(({ specialist, role }) => specialist === 'logs' && (role === 'cause' || role === 'symptom'))
    .map((finding) => ({ finding, text: `${finding.claim}\n${texts.textOf(finding)}` }));
  const placed = new Map(
    changes.flatMap((change) => {
      const at = isUnplaced(change, texts) ? placeOf(change, errors, texts) : undefined;
      return at === undefined ? [] : [[change, at] as const];
    }),
  );
  const schemas = changes.filter((change) => takesFromSchema(textOfChange(change, texts)));
  return findings.map((finding) => {
    const at = placed.get(finding);
    if (at !== undefined) return { ...finding, entity: at.entity };
    const error = errors.find((one) => one.finding === finding);
    const schema = error && schemas.find((change) => isReader(error, change, texts));
    if (schema === undefined) return finding;
    const { cause: _, ...symptom } = finding;
    return { ...symptom, role: 'symptom' as const, dependency: schema.entity };
  });
}

interface ErrorText {
  readonly finding: Finding;
  readonly text: string;
}

const changeOf = ({ changeId }: Finding, { changes }: ChangeTexts): ChangeText | undefined =>
  changes.get(changeId ?? '');

function textOfChange(change: Finding, texts: ChangeTexts): string {
  const found = changeOf(change, texts);
  return found === undefined ? '' : [found.title, ...(found.files ?? []), found.diff ?? ''].join('\n').toLowerCase();
}

/** The source says neither the service nor what it went live on. */
function isUnplaced(change: Finding, texts: ChangeTexts): boolean {
  const found = changeOf(change, texts);
  return found !== undefined && found.service === undefined && found.entity === undefined;
}

const nameOf = ({ entity }: Finding): string => ownerOf(entity).name.toLowerCase();

/** The finding of the one workload whose errors name something that the change names, too. */
function placeOf(change: Finding, errors: readonly ErrorText[], texts: ChangeTexts): Finding | undefined {
  const text = textOfChange(change, texts);
  const naming = errors.filter(
    ({ finding, text: error }) =>
      finding.cause !== undefined &&
      [...identifiersOf(error)].some((name) => name !== nameOf(finding) && hasWord(text, name)),
  );
  const [first] = naming;
  return first !== undefined && new Set(naming.map(({ finding }) => nameOf(finding))).size === 1
    ? first.finding
    : undefined;
}

const hasWord = (text: string, word: string): boolean => {
  const at = text.indexOf(word);
  return at >= 0 && !/[a-z0-9]/.test(text[at - 1] ?? ' ') && !/[a-z0-9]/.test(text[at + word.length] ?? ' ');
};

/** Operations of migration tools (SQL, Liquibase, Alembic, Django, Rails, Knex) that take away a column or table, or its name. */
const takenAway =
  /drop[ _]?column|drop[ _]?table|rename[ _]?column|rename[ _]?table|remove_?column|remove_?field|delete_?model|rename_?field|drop[ _]?view/i;
const takesFromSchema = (text: string): boolean => takenAway.test(text);

const missingName =
  /ORA-00904: (?:"[\w$]+"\.)?"(\w+)"|(?:column|relation|table) ["'`]?(?:[\w$]+\.)*([\w$]+)["'`]?(?: of relation "?\w+"?)? (?:does not|doesn't) exist|no such (?:column|table):? (?:[\w$]+\.)*([\w$]+)|unknown column ["'`]?(?:[\w$]+\.)*([\w$]+)|invalid (?:column|object) name ["'`]?(?:[\w$]+\.)*([\w$]+)/gi;

/** Whether the error misses what the change took away, at another service than the one that was changed. */
function isReader({ finding, text }: ErrorText, change: Finding, texts: ChangeTexts): boolean {
  if (finding.cause !== 'code-change' || !missesSchema.test(text) || nameOf(finding) === nameOf(change)) return false;
  if (isBefore(finding.onset, change.onset)) return false;
  const changed = textOfChange(change, texts);
  return [...text.matchAll(missingName)]
    .flatMap(([, ...names]) => names.filter((name) => name !== undefined))
    .some((name) => name.length >= 3 && hasWord(changed, name.toLowerCase()));
}

/** Times within a minute of each other have no order. */
const isBefore = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && Date.parse(one) < Date.parse(other) - 60_000;
