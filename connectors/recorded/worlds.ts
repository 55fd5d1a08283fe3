// Which recording an incident plays, and in which edition: moved to the time of the page, and changed by what was done to it.
import * as z from 'zod';
import { maskVariables } from '../../core/analysis/text/mask.ts';
import { InvalidInput } from '../../core/errors.ts';
import { meaningOf, PagerDutyWebhook } from '../../core/incidents/pagerduty.ts';
import type { Incident, Trigger } from '../../core/model/incident.ts';
import type { AppliedActions, IncidentStore } from '../../core/ports/records.ts';
import { managedIn } from './managed.ts';
import { type Edition, readKubernetes, type Scenario } from './scenario.ts';

export interface RecordedOptions {
  readonly scenarios: readonly Scenario[];
  readonly incidents: Pick<IncidentStore, 'get'>;
  readonly applied: AppliedActions;
}

export interface WorldOf {
  readonly scenario: Scenario;
  readonly edition: Edition;
  readonly shiftMs: number;
}

const instants = /"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)"/g;

/** Finds the world of an incident. What was applied to it counts from then on. */
export function worldFinder({
  scenarios,
  incidents,
  applied,
}: RecordedOptions): (incidentId: string) => Promise<WorldOf> {
  const alerts = scenarios.map((scenario) => ({ scenario, trigger: triggerOf(scenario) }));
  return async (incidentId) => {
    const incident = await incidents.get(incidentId);
    const scenario = incident ? mostAlike(incident, alerts) : alerts[0]?.scenario;
    if (!scenario) throw new InvalidInput('There is no scenario to play.');
    const shiftMs = incident ? Date.parse(incident.trigger.occurredAt) - Date.parse(scenario.now) : 0;
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

/** The recording of this very page; else the one whose alert says most of the same, ids and times aside; else the first. */
function mostAlike(
  incident: Incident,
  alerts: readonly { scenario: Scenario; trigger: Trigger }[],
): Scenario | undefined {
  const same = alerts.find(({ trigger }) => trigger.sourceId === incident.sourceId);
  if (same) return same.scenario;
  const said = words(incident.trigger);
  const scored = alerts.map(({ scenario, trigger }) => {
    const recorded = words(trigger);
    return { scenario, score: recorded.filter((word) => said.includes(word)).length / Math.max(1, recorded.length) };
  });
  return scored.reduce<(typeof scored)[number] | undefined>(
    (best, one) => (best && best.score >= one.score ? best : one),
    undefined,
  )?.scenario;
}

const words = (trigger: Trigger): string[] => [
  `title=${maskVariables(trigger.title)}`,
  ...Object.entries(trigger.details).map(([key, value]) => `${key}=${maskVariables(value)}`),
];

/**
 * Whether the recorded effect of an action is about this target: an object that is new or different afterwards is the target, is owned by
 * it, or carries its name in front. Then it was the right target; otherwise acting on it changes nothing.
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
