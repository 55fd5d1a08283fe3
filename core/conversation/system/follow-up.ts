// Completes a message that leans on earlier questions about the system: what it leaves out (topic, measure, names, time, comparison) is taken from
// the latest complete question of the same person.
import { parseSystem, type SystemQuestion } from '../../language/parse-system.ts';
import { type StatedPeriod, statedPeriod } from '../../language/stated-period.ts';
import { isBareWhy, mayLean, opensAsRest, refersBack } from '../../language/system-follow-up.ts';
import { withoutSearch } from './logs.ts';
import { clustersLike, type Directory, type Named, namesIn } from './names.ts';

const maxBefore = 8;
const nothing: SystemQuestion = { topic: 'compare', text: '' };
const perPod = /\b(?:per|by|each|every|for each) (?:pod|instance|replica|container)s?\b/i;

/** A question with what it states. */
export interface Pieces {
  readonly question: SystemQuestion;
  readonly stated: StatedPeriod;
  readonly named: Named;
}

interface Rest extends Omit<Pieces, 'question'> {
  readonly question: SystemQuestion | undefined;
  readonly text: string;
}

/** Undefined if the text is neither a question about the system nor the rest of one. `wider` adds the names that only the sources know. */
export async function piecesOf(
  text: string,
  earlier: readonly string[],
  {
    now,
    directory,
    wider,
  }: { readonly now: Date; readonly directory: Directory; readonly wider: () => Promise<Directory> },
): Promise<(Pieces & { readonly directory: Directory }) | undefined> {
  if (parseSystem(text) === undefined && !mayLean(text)) return undefined;
  const chain = earlier.slice(-maxBefore).toReversed();
  const first = restOf(text, now, directory);
  const isRest = first.question === undefined || refersBack(text);
  if (first.question === undefined && !chain.some((one) => parseSystem(one) !== undefined))
    return parseSystem(text) === undefined
      ? undefined
      : { ...first, question: parseSystem(text) ?? nothing, directory };
  const needsMore =
    first.named.unknown.length > 0 ||
    (isRest && chain.some((one) => restOf(one, now, directory).named.unknown.length > 0));
  const known = needsMore ? await wider() : directory;
  const own = withClusters(needsMore ? restOf(text, now, known) : first, known);
  if (!isRest && own.question !== undefined) return { ...own, question: own.question, directory: known };
  const base = baseOf(chain, now, known);
  if (own.question !== undefined) {
    const hasNames = own.named.services.length > 0 || own.named.unknown.length > 0;
    const merged = base === undefined || hasNames ? { ...own, question: own.question } : merge(base, own);
    return { ...merged, directory: known };
  }
  return base === undefined || !saysSomething(own) ? undefined : { ...merge(base, own), directory: known };
}

function restOf(text: string, now: Date, directory: Directory): Rest {
  const found = parseSystem(text);
  const said = found?.topic === 'logs' ? withoutSearch(text) : (found?.text ?? text);
  const stated = statedPeriod(said, now);
  const named = namesIn(stated.rest, directory);
  // "Vs yesterday" compares nothing that it names.
  const isBare =
    found?.topic === 'compare' && stated.against !== undefined && named.services.length + named.unknown.length === 0;
  return { text, question: isBare && found.measure === undefined ? undefined : found, stated, named };
}

/** "And eu?": a part of a cluster's name or region names its clusters. */
function withClusters(rest: Rest, directory: Directory): Rest {
  if (rest.question !== undefined) return rest;
  const found = rest.named.unknown.map((word) => clustersLike(word, directory));
  return found.length === 0 || found.some(({ length }) => length === 0)
    ? rest
    : { ...rest, named: { ...rest.named, unknown: [], clusters: [...rest.named.clusters, ...found.flat()] } };
}

/** The latest complete question, with what the rests after it changed; undefined if the person has changed the subject since. */
function baseOf(chain: readonly string[], now: Date, directory: Directory): Pieces | undefined {
  const rests: Rest[] = [];
  for (const text of chain) {
    const one = withClusters(restOf(text, now, directory), directory);
    const isRest = one.question === undefined || (refersBack(text) && one.named.services.length === 0);
    if (one.question !== undefined && !isRest)
      return rests.toReversed().reduce<Pieces>(merge, { ...one, question: one.question });
    if (one.question === undefined && !(mayLean(text) || isBareWhy(text))) return undefined;
    if (!isBareWhy(text)) rests.push(one);
  }
  const first = rests.pop();
  return first?.question === undefined
    ? undefined
    : rests.toReversed().reduce<Pieces>(merge, { ...first, question: first.question });
}

const saysSomething = ({ text, stated, named }: Rest): boolean => {
  const isNamed = [named.services, named.clusters, named.namespaces, named.environments].some(
    ({ length }) => length > 0,
  );
  if (named.unknown.length > 0) return opensAsRest(text) && named.unknown.length === 1;
  return (
    isNamed || stated.period !== undefined || stated.against !== undefined || stated.sinceDeploy || perPod.test(text)
  );
};

function merge(base: Pieces, { question, stated, named, text }: Rest): Pieces {
  const names = [...named.services, ...named.unknown];
  const pods = perPod.exec(text)?.[0];
  const topic = question ?? base.question;
  return {
    question: {
      ...topic,
      text: pods === undefined || question !== undefined ? topic.text : `${topic.text} ${pods}`,
    },
    stated: {
      ...base.stated,
      ...(stated.period === undefined && !stated.sinceDeploy
        ? {}
        : { period: stated.period, sinceDeploy: stated.sinceDeploy }),
      ...(stated.against === undefined ? {} : { against: stated.against }),
      rest: names.length > 0 ? stated.rest : base.stated.rest,
    },
    named: {
      services: names.length > 0 ? named.services : base.named.services,
      unknown: names.length > 0 ? named.unknown : base.named.unknown,
      clusters: named.clusters.length > 0 ? named.clusters : base.named.clusters,
      namespaces: named.namespaces.length > 0 ? named.namespaces : base.named.namespaces,
      environments: named.environments.length > 0 ? named.environments : base.named.environments,
      notes: [...base.named.notes, ...named.notes],
    },
  };
}
