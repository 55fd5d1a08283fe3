// Chooses the recording that an incident replays, and its edition: moved to the time of the page, and changed by the executed actions.
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import { meaningOf, PagerDutyWebhook } from '../../core/intake/pagerduty.ts';
import { maskVariables } from '../../core/mask-variables.ts';
import type { Incident, Trigger } from '../../core/model/incident.ts';
import { withoutIncidentId } from '../../core/model/scope.ts';
import type { AppliedActions, IncidentStore } from '../../core/ports/records.ts';
import { managedIn } from './managed.ts';
import { type Edition, readKubernetes, type Scenario } from './scenario.ts';

export interface RecordedOptions {
  readonly scenarios: readonly Scenario[];
  readonly incidents: Pick<IncidentStore, 'get'> & Partial<Pick<IncidentStore, 'list'>>;
  readonly applied: AppliedActions;
}

export interface WorldOf {
  readonly scenario: Scenario;
  readonly edition: Edition;
  readonly shiftMs: number;
}

const instants = /"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)"/g;

/** Finds the world of an incident. Actions applied to it take effect at the next read. */
export function worldFinder({
  scenarios,
  incidents,
  applied,
}: RecordedOptions): (incidentId: string) => Promise<WorldOf> {
  const alerts = scenarios.map((scenario) => ({ scenario, trigger: triggerOf(scenario) }));
  const played = remembering(async (incidentId) => {
    const incident = await incidents.get(incidentId);
    const scenario = incident ? mostSimilar(incident, alerts) : alerts[0]?.scenario;
    if (!scenario) throw new InvalidInput('No recording matches the question.');
    const shiftMs = shiftOf(scenario, incidentId, incident);
    return { known: incident !== undefined, scenario, shiftMs };
  });
  /** A question without an incident is about the world of the latest one. */
  const worldIdOf = async (incidentId: string): Promise<string> =>
    incidentId === withoutIncidentId ? ((await incidents.list?.(1))?.[0]?.id ?? incidentId) : incidentId;
  return async (asked) => {
    const incidentId = await worldIdOf(asked);
    const { scenario, shiftMs } = await played(incidentId);
    const overlays: string[] = [];
    for (const { actionId, targetKey } of await applied.of(incidentId)) {
      const folder = scenario.after[actionId];
      if (folder !== undefined && (await changedBy(scenario.dir, folder, targetKey))) overlays.push(folder);
    }
    return {
      scenario,
      shiftMs,
      edition: {
        folders: [...overlays.reverse(), scenario.dir],
        edit: shiftMs === 0 ? (text) => text : mover(shiftMs),
      },
    };
  };
}

/** Before the first incident, a question is about the present, so the recording ends now; to the minute, so that it is seldom read anew. */
function shiftOf({ now }: Scenario, incidentId: string, incident: Incident | undefined): number {
  if (incident) return Date.parse(incident.trigger.occurredAt) - Date.parse(now);
  if (incidentId !== withoutIncidentId) return 0;
  const minute = 60_000;
  return Math.floor((Date.now() - Date.parse(now)) / minute) * minute;
}

const maxRemembered = 1000;

/** Caches the recording of an incident, because its page never changes. An incident that is not stored yet is looked up again. */
function remembering<T extends { readonly known: boolean }>(
  look: (incidentId: string) => Promise<T>,
): (incidentId: string) => Promise<T> {
  const answers = new LRUCache<string, Promise<T>>({ max: maxRemembered });
  return async (incidentId) => {
    const before = await answers.get(incidentId);
    if (before?.known) return before;
    const answer = look(incidentId);
    answers.set(incidentId, answer);
    const forget = () => {
      if (answers.get(incidentId) === answer) answers.delete(incidentId);
    };
    try {
      const found = await answer;
      if (!found.known) forget();
      return found;
    } catch (error) {
      forget();
      throw error;
    }
  };
}

const mover = (shiftMs: number) => (text: string) =>
  text.replace(instants, (_, instant: string) => {
    const moved = new Date(Date.parse(instant) + shiftMs).toISOString();
    return `"${instant.includes('.') ? moved : moved.replace(/\.\d+Z$/, 'Z')}"`;
  });

function triggerOf(scenario: Scenario): Trigger {
  let body: unknown;
  try {
    body = JSON.parse(scenario.alert);
  } catch (cause) {
    throw new InvalidInput(`${scenario.dir}/alert.json is not JSON.`, { cause });
  }
  const webhook = PagerDutyWebhook.safeParse(body);
  const meaning = webhook.success ? meaningOf(webhook.data) : undefined;
  if (meaning?.kind !== 'publish' || !('trigger' in meaning.event.detail)) {
    throw new InvalidInput(`${scenario.dir}/alert.json is no webhook body that starts an incident.`);
  }
  return meaning.event.detail.trigger;
}

/**
 * Chooses the recording of this very page; otherwise the one whose alert shares the largest part of its fields, ids and times aside; otherwise the
 * one that shares the rarest names with the question. If several recordings exist and none shares a name, no recording is replayed, because it would
 * answer for another incident.
 */
function mostSimilar(
  incident: Incident,
  alerts: readonly { scenario: Scenario; trigger: Trigger }[],
): Scenario | undefined {
  const same = alerts.find(({ trigger }) => trigger.sourceId === incident.sourceId);
  if (same || alerts.length === 1) return (same ?? alerts[0])?.scenario;
  const texts = sayings(incident.trigger);
  const named = best(alerts, ({ trigger }) => {
    const recorded = sayings(trigger);
    return recorded.filter((one) => texts.includes(one)).length / Math.max(1, recorded.length);
  });
  if (named) return named.scenario;
  const words = wordsOf(incident.trigger);
  const known = alerts.map((alert) => ({ ...alert, names: namesIn(alert.trigger) }));
  /** A name that many recordings share ("critical", "production") identifies none of them. */
  const rarity = (name: string) => {
    const frequency = known.filter(({ names }) => names.has(name)).length;
    return frequency > maxNamesakes ? 0 : 1 / frequency;
  };
  return best(known, ({ names }) => [...names].reduce((sum, name) => sum + (words.has(name) ? rarity(name) : 0), 0))
    ?.scenario;
}
const maxNamesakes = 5;

/** The first with the highest score above zero. */
function best<T>(all: readonly T[], scoreOf: (one: T) => number): T | undefined {
  let found: { readonly one: T; readonly score: number } | undefined;
  for (const one of all) {
    const score = scoreOf(one);
    if (score > (found?.score ?? 0)) found = { one, score };
  }
  return found?.one;
}

const sayings = (trigger: Trigger): string[] => [
  `title=${maskVariables(trigger.title)}`,
  ...Object.entries(trigger.details).map(([key, value]) => `${key}=${maskVariables(value)}`),
];

/** "nightly-invoices-29381640" also counts as nightly-invoices. */
const wordsOf = ({ title, details }: Pick<Trigger, 'title' | 'details'>): Set<string> => {
  const words =
    `${title} ${Object.values(details).join(' ')}`.toLowerCase().match(/[a-z][a-z0-9]*(?:-[a-z0-9]+)*/g) ?? [];
  return new Set(words.flatMap((word) => [word, word.replace(/(?:-\d+)+$/, '')]));
};

/** Label values that state a severity or a place, and name no entity. */
const degrees: ReadonlySet<string> = new Set(['critical', 'warning', 'info', 'page', 'production', 'staging', 'prod']);

/** Names of services, workloads and the like: compound words in the texts, and labels of one word. */
function namesIn({ title, details }: Trigger): Set<string> {
  const labels = Object.values(details).filter((value) => /^[a-z][a-z0-9-]{2,}$/.test(value) && !degrees.has(value));
  return new Set([...[...wordsOf({ title, details })].filter((word) => word.includes('-')), ...labels]);
}

/**
 * Whether the recorded effect of an action concerns this target: an object that is new or changed afterwards is the target, is owned by it, or has
 * the target's name as a prefix. Only then was it the right target; any other action changes nothing.
 */
async function changedBy(before: string, after: string, targetKey: string): Promise<boolean> {
  const [, , , name = ''] = targetKey.split('/');
  const unmoved = (text: string) => text;
  const managed = async (folder: string) => (await managedIn({ folders: [folder], edit: unmoved })).get(targetKey);
  const [then, now] = await Promise.all([managed(before), managed(after)]);
  if (now !== undefined && now !== then) return true;
  const objects = async (folder: string) =>
    [...((await readKubernetes({ folders: [folder], edit: unmoved }))?.data.values() ?? [])].flat();
  const old = new Set((await objects(before)).map((object) => JSON.stringify(object)));
  return (await objects(after)).some((object) => {
    if (old.has(JSON.stringify(object))) return false;
    const owners = z
      .array(z.looseObject({ name: z.string() }))
      .catch([])
      .parse(object.metadata.ownerReferences);
    return (
      object.metadata.name === name ||
      object.metadata.name.startsWith(`${name}-`) ||
      owners.some((owner) => owner.name === name)
    );
  });
}
