// The chain of the first hypothesis: the symptom that paged, the calls through which the trouble came, the cause, and the change behind it, each with the
// evidence that shows it. Pure.
import { causes } from '../causes/causes.ts';
import type { ChainStep } from '../model/diagnosis.ts';
import type { Finding } from '../model/report.ts';
import { clean, shorten } from '../text.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import { entityText } from '../wording.ts';
import type { Ranked } from './rank.ts';
import { observed, type ScoringContext } from './scene.ts';

interface ChainInput {
  /** The title of the page. */
  readonly title: string;
  readonly scene: ScoringContext;
  /** Findings that the hypothesis explains. */
  readonly symptoms: readonly Finding[];
  /** The change that the hypothesis names. */
  readonly change: Finding | undefined;
  /** The trouble, over by now, of a service that a failed run called. */
  readonly overBy: Finding | undefined;
  readonly strongest: Finding | undefined;
  /** The name of a service as findings spell it. */
  readonly spell: (service: string) => string;
}

const maxEvidence = 4;
const maxText = 700;
const maxPath = 9;

export function chainOf(best: Ranked, input: ChainInput): ChainStep[] {
  const steps = [symptomStep(best, input), callStep(best, input), causeStep(best, input), changeStep(best, input)];
  return steps.filter((step) => step !== undefined);
}

/**
 * What was seen at the paged service, the measured first; where nothing but the cause was seen there, the failure that it paged for. Findings about a call
 * belong to the next step.
 */
function symptomStep({ candidate }: Ranked, { title, scene, symptoms, overBy, strongest }: ChainInput): ChainStep {
  const { paged, subjects } = scene;
  const here = ({ entity, dependency }: Finding) =>
    paged !== undefined && dependency === undefined && subjects.serviceOf(entity) === paged;
  const own = new Set(candidate.findings);
  const seen = [...new Set([...symptoms, ...observed(scene.findings)])].filter((one) => here(one) && !own.has(one));
  const [measured, ...others] = seen.toSorted(
    (a, b) => Number(b.signal !== undefined) - Number(a.signal !== undefined) || b.confidence - a.confidence,
  );
  const first = overBy === undefined ? (measured ?? strongest) : strongest;
  const page = `The page: ${sentence(title)}`;
  if (first === undefined) return step('symptom', page, []);
  return step('symptom', `${page} ${sentence(first.claim)}`, [first, ...others.slice(0, 1)], first.onset);
}

function callStep({ candidate }: Ranked, { scene, overBy, spell }: ChainInput): ChainStep | undefined {
  const { paged, subjects, graph } = scene;
  const end = overBy === undefined ? candidate.service : subjects.serviceOf(overBy.entity);
  if (paged === undefined || end === undefined || paged === end) return undefined;
  const path = pathBetween(paged, end, graph) ?? pathBetween(end, paged, graph);
  if (path === undefined) return undefined;
  const pairs = path.slice(1).map((to, index) => [path[index] ?? '', to] as const);
  const shows = ({ entity, dependency }: Finding) =>
    dependency !== undefined &&
    pairs.some(([from, to]) => subjects.serviceOf(entity) === from && subjects.serviceOf(dependency) === to);
  const shown = observed(scene.findings)
    .filter(shows)
    .toSorted((a, b) => b.confidence - a.confidence);
  const names = path.map(spell);
  const calls = `${names[0]} calls ${names.slice(1).join(', which calls ')}.`;
  const words =
    shown[0] === undefined ? 'The call graph has these calls; no finding shows one failing.' : sentence(shown[0].claim);
  return { ...step('call', `${calls} ${words}`, shown.slice(0, 2), shown[0]?.onset), path: names.slice(0, maxPath) };
}

function causeStep({ candidate }: Ranked, { overBy, strongest }: ChainInput): ChainStep {
  if (overBy !== undefined)
    return step(
      'cause',
      `${entityText(overBy.entity)} was in trouble, which is over. ${sentence(overBy.claim)}`,
      [overBy],
      overBy.onset,
    );
  return step(
    'cause',
    `${entityText(candidate.entity)}: ${sentence(lowerFirst(causes[candidate.cause].title))} ${strongest === undefined ? '' : sentence(strongest.claim)}`,
    [...(strongest === undefined ? [] : [strongest]), ...candidate.findings],
    candidate.onset,
  );
}

/** Also says that changes were examined and none explains it. */
function changeStep({ changeId }: Ranked, { change, scene }: ChainInput): ChainStep | undefined {
  if (changeId !== undefined)
    return step(
      'change',
      change === undefined ? `Change ${changeId}.` : sentence(change.claim),
      change ? [change] : [],
    );
  const examined = scene.findings.filter(({ specialist }) => specialist === 'changes');
  return examined.length === 0
    ? undefined
    : step('change', 'No change explains it; those that were found are in the evidence.', examined);
}

/** The shortest way along calls; undefined if there is none. */
function pathBetween(from: string, to: string, graph: CallGraph): string[] | undefined {
  const ahead = graph.calleesOf(from);
  const behind = graph.callersOf(to);
  const length = ahead.get(to);
  if (length === undefined) return undefined;
  const between = Array.from({ length: length - 1 }, (_, index) => {
    const at = [...ahead].filter(([name, far]) => far === index + 1 && behind.get(name) === length - index - 1);
    return at.map(([name]) => name).toSorted()[0];
  });
  const path = [from, ...between, to].filter((one) => one !== undefined);
  return path.length === length + 1 ? path : undefined;
}

const step = (kind: ChainStep['kind'], text: string, shown: readonly Finding[], at?: string): ChainStep => ({
  kind,
  text: shorten(clean(text).trim(), maxText),
  ...(at === undefined ? {} : { at }),
  evidenceIds: [...new Set(shown.flatMap(({ evidenceIds }) => evidenceIds))].slice(0, maxEvidence),
});

const sentence = (text: string): string => (/[.!?…"]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
