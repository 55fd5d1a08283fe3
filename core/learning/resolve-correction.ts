// Resolves the words of a correction to an entity of the incident and a cause of the catalogue. It uses word tables only. If several entities or
// causes fit, it chooses none, and it names no entity that the incident has not seen.

import { causesIn, normalizePhrases, titleIn } from '../causes/cause-words.ts';
import { type CauseCode, causes } from '../causes/causes.ts';
import { hasWord, statesBehindNot, stemsBehindNot, thingWords } from '../language/thing-words.ts';
import { type EntityRef, entityKey } from '../model/entity.ts';
import type { StatedCause } from '../model/feedback.ts';

/** Longer texts are cut; they are usually pasted. */
const maxLength = 1000;
const maxAlternatives = 5;

export function resolveCorrection(text: string, seen: readonly EntityRef[]): StatedCause {
  const whole = normalizePhrases(text.slice(0, maxLength));
  // Titles go first, because some of them contain a negation.
  const title = titleIn(whole);
  const { found, rest } = namesIn(withoutDenials(title?.rest ?? whole), seen);
  const entities = found.length > 0 ? found : ofKind(rest, seen);
  const codes = title ? [title.cause] : causesIn(rest);
  return {
    ...(entities.length === 1 && entities[0] ? { entity: entities[0] } : {}),
    entities: entities.length > 1 ? entities.slice(0, maxAlternatives) : [],
    ...(codes.length === 1 && codes[0] ? { cause: codes[0] } : {}),
    causes: codes.length > 1 ? codes.slice(0, maxAlternatives) : [],
  };
}

const continuesDenial = (word: string): boolean =>
  statesBehindNot.includes(word) || stemsBehindNot.some((stem) => word.startsWith(stem));

/** Removes denied parts ("not …"): up to the end of the clause, or to "but", or to "it was". */
function withoutDenials(text: string): string {
  const words = text.split(' ');
  const rest: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const length = denialAt(words, at);
    if (length === 0) rest.push(words[at] ?? '');
    else {
      rest.push('|');
      at += length - 1;
    }
  }
  return rest.join(' ');
}

function denialAt(words: readonly string[], at: number): number {
  const [first, second] = words.slice(at);
  const lead =
    first === 'not' ? 1 : (first === 'rather' && second === 'than') || (first === 'instead' && second === 'of') ? 2 : 0;
  const next = words[at + lead];
  if (lead === 0 || next === undefined || next === '' || continuesDenial(next)) return 0;
  let end = next === '|' ? at + lead : at + lead + 1;
  while (end < words.length && !endsDenial(words, end)) end += 1;
  return end - at;
}

const endsDenial = (words: readonly string[], at: number): boolean =>
  ['|', 'but', ''].includes(words[at] ?? '') || (words[at] === 'it' && ['was', 'is'].includes(words[at + 1] ?? ''));

/** Finds the named entities. A kind or a namespace may precede the name; of overlapping names the longest one counts. */
function namesIn(text: string, seen: readonly EntityRef[]): { found: readonly EntityRef[]; rest: string } {
  const places = seen.flatMap((entity) => formsOf(entity).flatMap((form) => placesOf(form, text, entity)));
  const taken: Place[] = [];
  for (const place of places.sort((a, b) => b.length - a.length)) {
    const over = taken.filter(
      (other) => place.at < other.at + other.length - 1 && other.at < place.at + place.length - 1,
    );
    // Two entities with the same name at the same position both count until the person says more.
    if (over.every((other) => other.at === place.at && other.length === place.length)) taken.push(place);
  }
  let rest = text;
  for (const { form } of taken) rest = rest.replaceAll(form, ' | ');
  return { found: [...new Set(taken.map(({ entity }) => entity))], rest };
}

interface Place {
  readonly entity: EntityRef;
  readonly form: string;
  readonly at: number;
  readonly length: number;
}

function formsOf({ kind, name, namespace }: EntityRef): readonly string[] {
  const place = namespace === undefined ? [] : [`${namespace} ${name}`, `${kind} ${namespace} ${name}`];
  return [name, `${kind} ${name}`, ...place].map(normalizePhrases).filter((form) => form.trim() !== '');
}

function placesOf(form: string, text: string, entity: EntityRef): readonly Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
    places.push({ entity, form, at, length: form.length });
  return places;
}

function ofKind(text: string, seen: readonly EntityRef[]): readonly EntityRef[] {
  const matching = thingWords.filter(({ words }) => hasWord(text, words));
  return seen.filter(({ kind, name }) =>
    matching.some(({ names, kinds }) => kinds.includes(kind) || hasWord(name.toLowerCase(), names)),
  );
}

export const namesNothing = ({ entity, entities, cause, causes: codes }: StatedCause): boolean =>
  !entity && !cause && entities.length === 0 && codes.length === 0;

/** `Deployment session-cache (no space left on a volume)`; without the cause if it is unknown. */
export const nameOf = ({
  entity,
  cause,
}: {
  readonly entity: EntityRef;
  readonly cause?: CauseCode | undefined;
}): string => `${entity.kind} ${entity.name}${cause === undefined ? '' : ` (${causes[cause].title.toLowerCase()})`}`;

/** One sentence about how the words were understood. */
export function readingOf({ entity, entities, cause, causes: codes }: StatedCause): string {
  const title = cause === undefined ? undefined : causes[cause].title.toLowerCase();
  if (entity && cause) return `I read that as ${nameOf({ entity, cause })}.`;
  if (entity)
    return `I read that as ${nameOf({ entity })}; ${codes.length > 0 ? 'what was wrong with it?' : 'it names no cause that I know.'}`;
  if (title !== undefined)
    return `I read that as "${title}"; ${entities.length > 0 ? 'where?' : 'it names nothing that I saw here.'}`;
  if (!namesNothing({ entity, entities, cause, causes: codes })) return 'More than one thing fits that; which is it?';
  return 'It names nothing that I saw here, and no cause that I know.';
}

/** Sentences to choose from if several entities or causes fit; each resolves to exactly one. */
export function correctionChoices(stated: StatedCause, seen: readonly EntityRef[]): readonly string[] {
  const { entity, entities, cause, causes: codes } = stated;
  const candidates = entity ? [entity] : entities;
  const faults = cause ? [cause] : codes;
  if (candidates.length <= 1 && faults.length <= 1) return [];
  const sentenceFor = (thing: EntityRef | undefined, fault: CauseCode | undefined): string => {
    const words = thing && shortest(thing, seen);
    const title = fault && causes[fault].title;
    return `no, it was ${words === undefined ? `this: ${title}` : title === undefined ? words : `${words}: ${title}`}`;
  };
  // Ask one question at a time: first for the entity.
  if (candidates.length > 1) return candidates.map((one) => sentenceFor(one, cause));
  return faults.map((fault) => sentenceFor(candidates[0], fault));
}

/** The shortest form of the name that distinguishes the entity from the others. */
function shortest(entity: EntityRef, seen: readonly EntityRef[]): string {
  const { kind, name, namespace } = entity;
  const forms = [name, `${kind} ${name}`, ...(namespace === undefined ? [] : [`${kind} ${namespace}/${name}`])];
  const isOnly = (found: EntityRef | undefined) => found !== undefined && entityKey(found) === entityKey(entity);
  return forms.find((form) => isOnly(resolveCorrection(form, seen).entity)) ?? forms.at(-1) ?? name;
}
