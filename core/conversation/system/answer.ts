// Answers questions about the system from the sources of the catalogue, with or without an incident. Every answer says what was read; nothing acts.
import { parseSystem, type SystemQuestion } from '../../language/parse-system.ts';
import { readIntent } from '../../language/read-intent.ts';
import { moment } from '../../language/stated-period.ts';
import { isBareWhy, mayLean } from '../../language/system-follow-up.ts';
import type { Incident } from '../../model/incident.ts';
import { formatList } from '../../wording.ts';
import { nearNames } from '../near-names.ts';
import { askSource, windowOf } from './ask-sources.ts';
import { answerCalls, callsAround } from './calls.ts';
import { answerCompare, answerSame } from './compare.ts';
import { piecesOf } from './follow-up.ts';
import { answerHealth } from './health.ts';
import { answerChanges, answerOpen, answerPast } from './history.ts';
import { answerLogs } from './logs.ts';
import { answerMeasure } from './metrics.ts';
import { type Directory, directoryOf } from './names.ts';
import { answerDeployed, answerPods, answerRestarted } from './pods.ts';
import {
  type Asked,
  type SystemAnswer,
  type SystemPorts,
  scopeAround,
  scopeOfService,
  servicesOf,
} from './question.ts';

/** Topics that mean the incident's own record if neither a name nor a time is stated. */
const ownTopics: ReadonlySet<SystemQuestion['topic']> = new Set(['logs', 'changes', 'measure', 'pods', 'health']);
const withService: ReadonlySet<SystemQuestion['topic']> = new Set(['measure', 'calls', 'same']);

/** Undefined if the text asks something else. `earlier`: the same person's messages in this place, oldest first. */
export async function answerSystem(
  text: string,
  incident: Incident | undefined,
  ports: SystemPorts,
  earlier: readonly string[] = [],
): Promise<SystemAnswer | undefined> {
  const why = incident === undefined ? whyOf(text, earlier) : undefined;
  if (why !== undefined) return why;
  const now = ports.clock.now();
  const read = await understood(text, earlier, incident, now, ports);
  if (read === undefined) return undefined;
  const { asked, notes } = await sinceDeploy(read, ports);
  const { named, stated, question } = asked;
  const isAll = question.topic === 'health' && /\b(?:everything|all|production|prod|the system)\b/i.test(text);
  const isFree = isAll || stated.period !== undefined || stated.against !== undefined || isNamed(asked);
  const isOwn = incident !== undefined && !isFree && ownTopics.has(question.topic);
  // Where the record has no answer to it, the sources are asked about the incident's service.
  if (isOwn && readIntent(text).kind !== 'unclear') return undefined;
  const answer = await answerTopic(asked, ports);
  return { ...answer, lines: [...named.notes, ...notes, ...answer.lines] };
}

/** "Why?" right after a question about the system: figures name no cause. */
function whyOf(text: string, earlier: readonly string[]): SystemAnswer | undefined {
  const last = earlier.at(-1);
  if (!isBareWhy(text) || last === undefined || parseSystem(last) === undefined) return undefined;
  return {
    text: 'That answer reads figures and states; it looks for no cause. "What is wrong with …" and the service starts an investigation, which does.',
    lines: [],
    choices: ['which incidents are open'],
  };
}

/** Sets the period of "since the deploy" by the latest deploy of the service within a week; says so if there is none. */
async function sinceDeploy(asked: Asked, { telemetry }: SystemPorts): Promise<{ asked: Asked; notes: string[] }> {
  if (!asked.stated.sinceDeploy) return { asked, notes: [] };
  const endMs = asked.now.getTime();
  const [service] = servicesOf(asked);
  const week = { startMs: endMs - 7 * 24 * 3_600_000, endMs, words: '' };
  const read =
    service === undefined ? undefined : await askSource('changes', scopeOfService(service, asked, week), {}, telemetry);
  const latest = (read?.data ?? [])
    .filter((one) => one.kind === 'deploy' && one.service?.toLowerCase() === service?.toLowerCase())
    .filter(({ at }) => Date.parse(at) < endMs)
    .toSorted((a, b) => b.at.localeCompare(a.at))[0];
  if (latest === undefined)
    return {
      asked,
      notes: ['I found no deploy of it within a week, so the answer is not about the time since a deploy.'],
    };
  const startMs = Date.parse(latest.at);
  const period = { startMs, endMs, words: `since the deploy at ${moment(startMs)}` };
  return { asked: { ...asked, stated: { ...asked.stated, period } }, notes: [`The deploy: ${latest.title}.`] };
}

async function understood(
  text: string,
  earlier: readonly string[],
  incident: Incident | undefined,
  now: Date,
  ports: SystemPorts,
): Promise<Asked | undefined> {
  if (parseSystem(text) === undefined && !mayLean(text)) return undefined;
  const directory = await directoryOf(ports);
  const pieces = await piecesOf(text, earlier, {
    now,
    directory,
    wider: () => widened(directory, incident, now, ports),
  });
  return pieces && { ...pieces, incident, now };
}

/** The directory with the names that the sources know: of calls, and of workloads and their namespaces. */
async function widened(
  directory: Directory,
  incident: Incident | undefined,
  now: Date,
  ports: SystemPorts,
): Promise<Directory> {
  const period = { startMs: now.getTime() - 3_600_000, endMs: now.getTime(), words: '' };
  const asked = { ...nothingAsked, directory, incident, now };
  const [calls, kubernetes] = await Promise.all([
    callsAround(undefined, asked, period, ports),
    askSource('kubernetes', { ...scopeAround({}, asked, period), window: windowOf(period) }, {}, ports.telemetry),
  ]);
  const services = new Map(asked.directory.services);
  const namespaces = new Set(asked.directory.namespaces);
  const clusters = [...asked.directory.clusters];
  const add = (name: string) => services.has(name.toLowerCase()) || services.set(name.toLowerCase(), name);
  for (const { from, to } of calls.seen) for (const name of [from, to]) add(name);
  for (const { cluster, items } of kubernetes.data ?? []) {
    if (!clusters.some(({ name }) => name === cluster)) clusters.push({ name: cluster, aliases: [] });
    for (const { kind, metadata } of items)
      if (['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Service'].includes(kind)) {
        add(metadata.name);
        if (metadata.namespace !== undefined) namespaces.add(metadata.namespace);
      }
  }
  return { ...asked.directory, services, namespaces, clusters };
}

const nothingAsked = {
  question: { topic: 'calls', text: '' },
  stated: { sinceDeploy: false, rest: '' },
  named: { services: [], clusters: [], namespaces: [], environments: [], unknown: [], notes: [] },
} as const;

const isNamed = ({ named }: Asked): boolean =>
  [named.services, named.clusters, named.namespaces, named.unknown].some(({ length }) => length > 0);

async function answerTopic(asked: Asked, ports: SystemPorts): Promise<SystemAnswer> {
  const { question, named, directory } = asked;
  const { telemetry } = ports;
  const [unknown] = named.unknown;
  if (unknown !== undefined && named.services.length === 0 && question.topic !== 'compare')
    return unknownName(unknown, directory);
  const services = servicesOf(asked);
  const [service] = services;
  if (withService.has(question.topic) && service === undefined) return whichService(asked);
  switch (question.topic) {
    case 'measure':
      return services.length > 1
        ? joined(await Promise.all(services.slice(0, 3).map((one) => answerMeasure(asked, one, telemetry))))
        : answerMeasure(asked, service ?? '', telemetry);
    case 'calls':
      return answerCalls(asked, service ?? '', ports);
    case 'same':
      return answerSame(asked, service ?? '', telemetry);
    case 'compare':
      return answerCompare(asked, telemetry);
    case 'pods':
      return answerPods(asked, telemetry);
    case 'restarted':
      return answerRestarted(asked, telemetry);
    case 'deployed':
      return answerDeployed(asked, telemetry);
    case 'logs':
      return answerLogs(asked, telemetry);
    case 'changes':
      return answerChanges(asked, ports);
    case 'open':
      return answerOpen(asked, ports);
    case 'past':
      return answerPast(asked, ports);
    case 'health':
      return answerHealth(asked, ports);
  }
}

/** A short question with near names. */
export function unknownName(word: string, directory: Directory): SystemAnswer {
  const own = (name: string) => directory.services.get(name) ?? name;
  const near = [...new Set(nearNames(word, [...directory.services.keys()], 6).map(own))].slice(0, 4);
  const all = [...new Set(directory.services.values())].sort();
  return {
    text:
      near.length > 0
        ? `I know no service called ${word}. Do you mean ${formatList(near)}?`
        : `I know no service called ${word}. Which service do you mean?`,
    lines: near.length > 0 || all.length === 0 ? [] : [`I know: ${formatList(all, 20)}.`],
    choices: near.map((name) => `is ${name} healthy?`),
  };
}

function whichService({ directory, question: { topic, measure } }: Asked): SystemAnswer {
  const all = [...new Set(directory.services.values())].sort();
  const what =
    topic === 'calls'
      ? 'what talks to'
      : topic === 'same'
        ? 'is the traffic the same as last week for'
        : `${measure ?? 'latency'} of`;
  return {
    text: 'Of which service?',
    lines: all.length === 0 ? [] : [`I know: ${formatList(all, 20)}.`],
    choices: all.slice(0, 4).map((name) => `${what} ${name}`),
  };
}

/** Several answers as one: the sentence of each, the lines of each, and the first chart. */
function joined(answers: readonly SystemAnswer[]): SystemAnswer {
  const [first, ...others] = answers;
  return {
    text: first?.text ?? '',
    lines: [...others.map(({ text }) => text), ...new Set(answers.flatMap(({ lines }) => lines))],
    chart: answers.find(({ chart }) => chart !== undefined)?.chart,
  };
}
