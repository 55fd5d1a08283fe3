// Remembers, lists and forgets the facts that people teach about services in a conversation, and repeats each one in plain words. Anybody may
// teach a fact and anybody may remove it. A fact is a clue with its origin, never a reason to act.

import { canonicalName } from '../context/catalogue-clues.ts';
import type { FactUtterance } from '../language/parse-fact.ts';
import { FactName, type FactStatement, factId, factOrigin, factSentence, type ServiceFact } from '../model/fact.ts';
import type { EventOf } from '../model/timeline.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { capitalize } from '../wording.ts';

type FactPorts = Pick<Ports, 'memory' | 'catalog' | 'clock' | 'incidents'>;

/** The most facts about one service; more belong in a runbook. */
const maxOfService = 30;
const shown = 10;

export interface FactReply {
  readonly text: string;
  readonly lines: readonly string[];
  /** The sentences that forget the facts, as buttons. */
  readonly choices: readonly string[];
  /** The fact that was just taught, as `SERVICE/ID`. */
  readonly taught?: string | undefined;
}

const only = (text: string): FactReply => ({ text, lines: [], choices: [] });
const away = only('My memory cannot be reached just now; nothing was changed. Please say it again later.');
const forgetCommand = (statement: FactStatement): string =>
  statement.kind === 'note' ? `forget ${factSentence(statement)}` : `forget that ${factSentence(statement)}`;

/**
 * Handles one utterance about facts. `incidentId` is the incident of the conversation; absent outside of incidents. Returns undefined if the
 * utterance is about something else.
 */
export async function handleFact(
  utterance: FactUtterance,
  source: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply | undefined> {
  if (utterance.kind === 'nothing') return undefined;
  if (utterance.kind === 'cannot') return only(utterance.why);
  try {
    const catalog = await ports.catalog.load();
    switch (utterance.kind) {
      case 'remember':
        return await remember(withCatalogueNames(utterance.statement, catalog), source, ports);
      case 'recall':
        return await listFacts(serviceName(utterance.service, catalog), ports);
      case 'forget':
        return await forget(withCatalogueNames(utterance.statement, catalog), source, ports);
      case 'forget-all':
        return await forgetAll(serviceName(utterance.service, catalog), source, ports);
      case 'forget-last':
        return await forgetLast(source, ports);
    }
  } catch (error) {
    if ((error as Error).name === 'Unavailable') return away;
    throw error;
  }
}

async function remember(
  statement: FactStatement,
  { by, incidentId }: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply> {
  if (statement.kind === 'talks-to' && statement.service === statement.to)
    return only(`Both are names of ${statement.service}; a service that calls itself is no useful fact.`);
  const fact: ServiceFact = {
    id: factId(statement),
    statement,
    taughtBy: by,
    taughtAt: ports.clock.now().toISOString(),
    ...(incidentId === undefined ? {} : { incidentId }),
  };
  const known = await ports.memory.facts(statement.service);
  const same = known.find(({ id }) => id === fact.id);
  if (same)
    return {
      ...only(`I know: ${factSentence(statement)} (${factOrigin(same)}).`),
      taught: keyOf(fact),
      choices: [forgetCommand(statement)],
    };
  if (known.length >= maxOfService)
    return only(
      `I keep at most ${maxOfService} facts about one service, and ${statement.service} has them. Forget some first, or write a runbook.`,
    );
  await ports.memory.teach(fact);
  await onRecord(incidentId, { type: 'FactTaught', by, statement }, `taught-${fact.id}`, ports);
  return {
    text: `Remembered: ${factSentence(statement)} (${factOrigin(fact)}).`,
    lines: [
      statement.kind === 'talks-to'
        ? 'When a page concerns one of them, I also examine the other. A taught call counts less than an observed call and never permits an action.'
        : 'I cite it when that service is paged; it is never a reason to act.',
      'Anybody can take it back.',
    ],
    choices: [forgetCommand(statement)],
    taught: keyOf(fact),
  };
}

async function listFacts(service: string, { memory }: FactPorts): Promise<FactReply> {
  const facts = await memory.facts(service);
  if (facts.length === 0)
    return only(
      `Nobody has taught me anything about ${service}. "Remember that ${service} talks to …" would; runbooks and past incidents I look up when it is paged.`,
    );
  return {
    text: `${facts.length === 1 ? 'One thing' : `${facts.length} things`} about ${service}${facts.length > shown ? `, the latest ${shown}` : ''}:`,
    lines: facts.slice(-shown).map((fact) => `${capitalize(factSentence(fact.statement))} (${factOrigin(fact)}).`),
    choices: facts.slice(-3).map(({ statement }) => forgetCommand(statement)),
  };
}

async function forget(
  statement: FactStatement,
  { by, incidentId }: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply> {
  const id = factId(statement);
  const known = (await ports.memory.facts(statement.service)).find((fact) => fact.id === id);
  if (!known) {
    const list = await listFacts(statement.service, ports);
    return { ...list, text: `Nobody taught me that ${factSentence(statement)}. ${list.text}` };
  }
  await ports.memory.forget(known.statement);
  await onRecord(
    incidentId,
    { type: 'FactForgotten', by, statement },
    `forgot-${id}-${ports.clock.now().toISOString()}`,
    ports,
  );
  return only(`Forgotten: ${factSentence(statement)} (it was ${factOrigin(known)}).`);
}

async function forgetAll(
  service: string,
  source: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply> {
  const facts = await ports.memory.facts(service);
  for (const { statement } of facts) await forget(statement, source, ports);
  return facts.length === 0
    ? only(`There was nothing to forget about ${service}.`)
    : {
        ...only(`Forgotten: ${facts.length === 1 ? 'one thing' : `${facts.length} things`} about ${service}.`),
        lines: facts
          .slice(0, shown)
          .map((fact) => `${capitalize(factSentence(fact.statement))} (${factOrigin(fact)}).`),
      };
}

/** Forgets what this person taught last in this incident; undefined if that is not a fact or is forgotten already. */
async function forgetLast(
  source: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply | undefined> {
  const { by: actor, incidentId } = source;
  if (incidentId === undefined) return undefined;
  const last = (await ports.memory.utterances({ incidentId, actor })).findLast(({ about }) => about?.includes('/'));
  const [service] = last?.about?.split('/') ?? [];
  if (service === undefined) return undefined;
  const fact = (await ports.memory.facts(service)).find((one) => keyOf(one) === last?.about);
  return fact && forget(fact.statement, source, ports);
}

const keyOf = ({ statement, id }: ServiceFact): string => `${statement.service}/${id}`;

/** The catalogue's name, if it is a valid name for a fact. */
const nameBy = (catalog: Catalog, field: 'service' | 'cluster' | 'namespace' | 'environment', name: string): string => {
  const known = canonicalName(catalog, field, name)?.toLowerCase();
  return known !== undefined && FactName.safeParse(known).success ? known : name;
};
const serviceName = (name: string, catalog: Catalog): string => nameBy(catalog, 'service', name);

/** Replaces aliases by the catalogue's names, which alerts and the call graph use too. */
function withCatalogueNames(statement: FactStatement, catalog: Catalog): FactStatement {
  const service = serviceName(statement.service, catalog);
  switch (statement.kind) {
    case 'talks-to':
      return {
        ...statement,
        service,
        to: serviceName(statement.to, catalog),
        ...(statement.cluster === undefined ? {} : { cluster: nameBy(catalog, 'cluster', statement.cluster) }),
      };
    case 'runs-in':
      return { ...statement, service, place: nameBy(catalog, statement.what, statement.place) };
    case 'owned-by':
    case 'note':
      return { ...statement, service };
  }
}

async function onRecord(
  incidentId: string | undefined,
  event: EventOf<'FactTaught' | 'FactForgotten'>,
  key: string,
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<void> {
  if (incidentId !== undefined) await record(incidentId, event, { step: 'Teach', key }, ports);
}
