// Ranks the changes that can explain the incident. It adds signs as weights of evidence (natural log odds: I. J. Good, 1950). Each change competes
// with the possibility that no change caused the incident, so that confidences sum to at most one. It knows the page, the changes and the call
// graph; core/diagnosis weighs metrics and logs against the ranking later.
import type { Change } from '../../model/telemetry.ts';
import { formatList } from '../../wording.ts';
import { type Fault, faultsIn, matchOfFaults } from './faults.ts';
import { type Live, wentLive } from './liveness.ts';
import { type Nature, natureOf } from './nature.ts';
import { mechanismsOfChange } from './operations.ts';
import { bareName, placeOf } from './place.ts';
import { identifiersOf, rarity, stemsOf } from './words.ts';

export interface ChangeQuestion {
  /** The misbehaving service, if known. */
  readonly service: string | undefined;
  readonly callees: readonly string[];
  readonly callers: readonly string[];
  /** The text of the alert. */
  readonly misbehaviour: string;
  /** Time of the page, UTC. */
  readonly pagedAt: string;
  readonly environment: string | undefined;
  /** Number of signs, found elsewhere, that the cause is not a change of ours; each counts as one piece of evidence. */
  readonly outsideSigns?: number | undefined;
}

export interface Suspect {
  readonly live: Live;
  readonly nature: Nature;
  /** 0 to 1, in competition with the other changes and with "no change". */
  readonly confidence: number;
  readonly logOdds: number;
  readonly why: readonly string[];
  readonly against: readonly string[];
}

export interface Ranking {
  /** Best first; one entry per change. */
  readonly suspects: readonly Suspect[];
  /** Probability that none of these changes caused the incident. */
  readonly none: number;
}

/** A reason: what it adds to the log odds, and its text. */
interface Sign {
  readonly weight: number;
  readonly text: string;
}

/** Log odds of "no change caused it", relative to a change without any signs, and the log odds that each sign of an outside cause adds. */
const noneLogOdds = 2.2;
const outsideLogOdds = 1.4;
/** Absolute weight from which the report shows a sign to people. */
const leastShown = 0.3;
const minute = 60_000;

export function rankChanges(changes: readonly Change[], question: ChangeQuestion): Ranking {
  const lives = wentLive(changes, question.pagedAt);
  const texts = new Map(changes.map((change) => [change, stemsOf(textOf(change))]));
  const weigh = rarity([...texts.values()]);
  const services = new Set(changes.flatMap((change) => change.service ?? []));
  const names = [
    ...services,
    ...question.callees,
    ...question.callers,
    ...(question.service ? [question.service] : []),
  ];
  const faults = faultsIn(question.misbehaviour, names);
  const scored = lives.map((live) => {
    const nature = natureOf(live.change, question.environment);
    const signs = [
      ...signsOfPlace(live, question, services),
      ...signsOfTime(live, question),
      ...signsOfNature(nature),
      ...signsOfFault(live.change, faults),
      ...signsOfWords(live.change, texts.get(live.change) ?? new Map(), question, names, weigh),
    ];
    return { live, nature, signs, logOdds: signs.reduce((sum, sign) => sum + sign.weight, 0) };
  });
  const best = new Map<string, (typeof scored)[number]>();
  for (const one of scored) {
    const known = best.get(one.live.change.id);
    if (!known || one.logOdds > known.logOdds) best.set(one.live.change.id, one);
  }
  const ranked = [...best.values()].sort(
    (a, b) =>
      b.logOdds - a.logOdds || b.live.at.localeCompare(a.live.at) || a.live.change.id.localeCompare(b.live.change.id),
  );
  const none = Math.exp(noneLogOdds + outsideLogOdds * (question.outsideSigns ?? 0));
  const total = none + ranked.reduce((sum, one) => sum + Math.exp(one.logOdds), 0);
  const textsOf = (signs: readonly Sign[], direction: 1 | -1) =>
    signs
      .filter((sign) => sign.weight * direction >= leastShown)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .map((sign) => sign.text);
  return {
    none: none / total,
    suspects: ranked.map(({ live, nature, signs, logOdds }) => ({
      live,
      nature,
      logOdds,
      confidence: Math.exp(logOdds) / total,
      why: textsOf(signs, 1),
      against: textsOf(signs, -1),
    })),
  };
}

const textOf = (change: Change): string =>
  [
    change.title,
    change.service,
    ...(change.files ?? []),
    change.diff,
    JSON.stringify(change.from),
    JSON.stringify(change.to),
  ]
    .filter((part) => part !== undefined)
    .join('\n');

function signsOfPlace(live: Live, question: ChangeQuestion, services: ReadonlySet<string>): Sign[] {
  const { service } = question;
  const signs: Sign[] = [];
  if (live.how === 'not-deployed') {
    signs.push(
      services.size > 0
        ? { weight: -2.5, text: 'no known deploy put it live before the page' }
        : { weight: 0, text: 'whether it was deployed is not recorded' },
    );
  }
  const where = live.service;
  if (where !== undefined && service !== undefined) {
    if (where === 'cluster') signs.push({ weight: 0, text: 'it went live on the whole cluster' });
    else if (where === service) signs.push({ weight: 1.5, text: `it went live on ${service}` });
    else if (question.callees.includes(where))
      signs.push({ weight: 0.7, text: `it went live on ${where}, which ${service} calls` });
    else if (question.callers.includes(where))
      signs.push({ weight: -0.3, text: `it went live on ${where}, a caller of ${service}` });
    else signs.push({ weight: -1.5, text: `it went live on ${where}, which ${service} is not known to call` });
  }
  const { entity } = live.change;
  if (where === undefined && entity !== undefined && service !== undefined)
    signs.push({ weight: -1.2, text: `it went live on ${entity.name}, which is not known to belong to ${service}` });
  const place = placeOf(live.change, service, services);
  if (place === 'own') signs.push({ weight: 0.6, text: `it touches files of ${service}` });
  if (place === 'other') signs.push({ weight: -1, text: 'it touches files of another service' });
  if (live.how === 'carried') {
    signs.push(
      place === 'own' || place === 'shared'
        ? { weight: -0.4, text: 'it was carried along by a deploy that names a later commit' }
        : { weight: -1.6, text: 'no evidence shows that the deployed service contains it' },
    );
  }
  return signs;
}

/** The page comes some time after the onset, so its distance says little. core/diagnosis weighs the onset that signals show. */
function signsOfTime(live: Live, question: ChangeQuestion): Sign[] {
  const minutes = (Date.parse(question.pagedAt) - Date.parse(live.at)) / minute;
  const ago = minutes < 120 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`;
  const text = `it went live ${ago} before the page`;
  if (minutes <= 20) return [{ weight: 0.6, text }];
  if (minutes <= 60) return [{ weight: 0.2, text }];
  if (minutes <= 360) return [{ weight: -0.3, text }];
  return [{ weight: -0.9, text }];
}

/** Compares what the diff, or the operation that the title names, does with the kind of the fault. */
function signsOfFault(change: Change, faults: ReadonlySet<Fault>): Sign[] {
  const match = matchOfFaults(faults, mechanismsOfChange(change));
  switch (match.kind) {
    case 'produces':
      return [{ weight: 1.5, text: `it ${match.mechanism.text}, which can produce this fault` }];
    case 'concerns':
      return [
        { weight: 0.6, text: change.diff ? 'its diff concerns this kind of fault' : 'it concerns this kind of fault' },
      ];
    case 'unrelated':
      return [
        {
          weight: -1.2,
          text: change.diff
            ? 'nothing in its diff produces this kind of fault'
            : 'what it touches does not produce this kind of fault',
        },
      ];
    case 'unknown':
      return [];
  }
}

function signsOfNature(nature: Nature): Sign[] {
  switch (nature.kind) {
    case 'harmless':
      return [{ weight: -5, text: `it ${nature.why}` }];
    case 'said-harmless':
      return [{ weight: -2, text: `it ${nature.why}` }];
    case 'comments':
      return [{ weight: -5, text: 'it changes comments only' }];
    case 'rearranged':
      return [{ weight: -2, text: 'it lays the same code out otherwise' }];
    case 'renamed':
      return [{ weight: -1.8, text: 'it only gives something another name' }];
    case 'reporting':
      return [{ weight: -1.8, text: 'it changes only logs or metrics' }];
    case 'dependencies':
      return nature.largest === 'patch'
        ? [{ weight: -1, text: 'it raises a dependency by a patch version' }]
        : [{ weight: 0.2, text: `it raises a dependency by a ${nature.largest} version` }];
    case 'additive':
      return [{ weight: -0.3, text: 'it only adds code' }];
    case 'behaviour':
      return nature.effects.length === 0
        ? [{ weight: 0.2, text: 'it changes behaviour' }]
        : [{ weight: Math.min(1.6, 0.5 + 0.4 * nature.effects.length), text: `it ${formatList(nature.effects)}` }];
    case 'setting':
    case 'unread':
      return [];
  }
}

function signsOfWords(
  change: Change,
  stems: ReadonlyMap<string, string>,
  question: ChangeQuestion,
  services: readonly string[],
  weigh: (word: string) => number,
): Sign[] {
  const ofNames = stemsOf(services.flatMap((service) => [service, bareName(service)]).join(' '));
  const shared = [...stemsOf(question.misbehaviour)].filter(([stem]) => stems.has(stem) && !ofNames.has(stem));
  const text = textOf(change).toLowerCase();
  const known = new Set(services.map((service) => service.toLowerCase()));
  const names = [...identifiersOf(question.misbehaviour)].filter((name) => !known.has(name) && text.includes(name));
  const information = shared.reduce((sum, [stem]) => sum + weigh(stem), 0);
  const weight = 2.4 * (1 - Math.exp(-information / 4));
  const words: Sign[] =
    shared.length > 0
      ? [
          {
            weight,
            text: `its description mentions ${shared
              .slice(0, 4)
              .map(([, word]) => word)
              .join(', ')}`,
          },
        ]
      : [];
  return names.length > 0
    ? [...words, { weight: 2, text: `it names ${formatList(names.slice(0, 2))}, as the alert does` }]
    : words;
}
