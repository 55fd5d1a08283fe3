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
const forgetting = (says: FactStatement): string =>
  says.kind === 'note' ? `forget ${factSentence(says)}` : `forget that ${factSentence(says)}`;

/**
 * Handles one utterance about facts. `incidentId` is the incident of the conversation; absent outside of incidents. Returns undefined if the
 * utterance is about something else.
 */
export async function handleFact(
  saying: FactUtterance,
  said: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply | undefined> {
  if (saying.kind === 'nothing') return undefined;
  if (saying.kind === 'cannot') return only(saying.why);
  try {
    const catalog = await ports.catalog.load();
    switch (saying.kind) {
      case 'remember':
        return await remember(inCatalogueWords(saying.says, catalog), said, ports);
      case 'recall':
        return await tell(serviceName(saying.service, catalog), ports);
      case 'forget':
        return await forget(inCatalogueWords(saying.says, catalog), said, ports);
      case 'forget-all':
        return await forgetAll(serviceName(saying.service, catalog), said, ports);
      case 'forget-last':
        return await forgetLast(said, ports);
    }
  } catch (error) {
    if ((error as Error).name === 'Unavailable') return away;
    throw error;
  }
}

async function remember(
  says: FactStatement,
  { by, incidentId }: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply> {
  if (says.kind === 'talks-to' && says.service === says.to)
    return only(`Both are names of ${says.service}; a service that talks to itself says nothing.`);
  const fact: ServiceFact = {
    id: factId(says),
    says,
    taughtBy: by,
    taughtAt: ports.clock.now().toISOString(),
    ...(incidentId === undefined ? {} : { incidentId }),
  };
  const known = await ports.memory.facts(says.service);
  const same = known.find(({ id }) => id === fact.id);
  if (same)
    return {
      ...only(`I know: ${factSentence(says)} (${factOrigin(same)}).`),
      taught: keyOf(fact),
      choices: [forgetting(says)],
    };
  if (known.length >= maxOfService)
    return only(
      `I keep at most ${maxOfService} facts about one service, and ${says.service} has them. Forget some first, or write a runbook.`,
    );
  await ports.memory.teach(fact);
  await onRecord(incidentId, { type: 'FactTaught', by, says }, `taught-${fact.id}`, ports);
  return {
    text: `Remembered: ${factSentence(says)} (${factOrigin(fact)}).`,
    lines: [
      says.kind === 'talks-to'
        ? 'When one of them is paged I look at the other too; it counts less than calls that I see myself, and is never a reason to act.'
        : 'I cite it when that service is paged; it is never a reason to act.',
      'Anybody can take it back.',
    ],
    choices: [forgetting(says)],
    taught: keyOf(fact),
  };
}

async function tell(service: string, { memory }: FactPorts): Promise<FactReply> {
  const facts = await memory.facts(service);
  if (facts.length === 0)
    return only(
      `Nobody has taught me anything about ${service}. "Remember that ${service} talks to …" would; runbooks and past incidents I look up when it is paged.`,
    );
  return {
    text: `${facts.length === 1 ? 'One thing' : `${facts.length} things`} about ${service}${facts.length > shown ? `, the latest ${shown}` : ''}:`,
    lines: facts.slice(-shown).map((fact) => `${capitalize(factSentence(fact.says))} (${factOrigin(fact)}).`),
    choices: facts.slice(-3).map(({ says }) => forgetting(says)),
  };
}

async function forget(
  says: FactStatement,
  { by, incidentId }: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply> {
  const id = factId(says);
  const known = (await ports.memory.facts(says.service)).find((fact) => fact.id === id);
  if (!known) {
    const told = await tell(says.service, ports);
    return { ...told, text: `Nobody taught me that ${factSentence(says)}. ${told.text}` };
  }
  await ports.memory.forget(known.says);
  await onRecord(
    incidentId,
    { type: 'FactForgotten', by, says },
    `forgot-${id}-${ports.clock.now().toISOString()}`,
    ports,
  );
  return only(`Forgotten: ${factSentence(says)} (it was ${factOrigin(known)}).`);
}

async function forgetAll(
  service: string,
  said: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply> {
  const facts = await ports.memory.facts(service);
  for (const { says } of facts) await forget(says, said, ports);
  return facts.length === 0
    ? only(`There was nothing to forget about ${service}.`)
    : {
        ...only(`Forgotten: ${facts.length === 1 ? 'one thing' : `${facts.length} things`} about ${service}.`),
        lines: facts.slice(0, shown).map((fact) => `${capitalize(factSentence(fact.says))} (${factOrigin(fact)}).`),
      };
}

/** Forgets what this person taught last in this incident; undefined if that is not a fact or is forgotten already. */
async function forgetLast(
  said: { readonly by: string; readonly incidentId?: string | undefined },
  ports: FactPorts,
): Promise<FactReply | undefined> {
  const { by: actor, incidentId } = said;
  if (incidentId === undefined) return undefined;
  const last = (await ports.memory.said({ incidentId, actor })).findLast(({ about }) => about?.includes('/'));
  const [service] = last?.about?.split('/') ?? [];
  if (service === undefined) return undefined;
  const fact = (await ports.memory.facts(service)).find((one) => keyOf(one) === last?.about);
  return fact && forget(fact.says, said, ports);
}

const keyOf = ({ says, id }: ServiceFact): string => `${says.service}/${id}`;

/** The catalogue's name, if it is a valid name for a fact. */
const nameBy = (catalog: Catalog, field: 'service' | 'cluster' | 'namespace' | 'environment', name: string): string => {
  const known = canonicalName(catalog, field, name)?.toLowerCase();
  return known !== undefined && FactName.safeParse(known).success ? known : name;
};
const serviceName = (name: string, catalog: Catalog): string => nameBy(catalog, 'service', name);

/** Replaces aliases by the catalogue's names, which alerts and the call graph use too. */
function inCatalogueWords(says: FactStatement, catalog: Catalog): FactStatement {
  const service = serviceName(says.service, catalog);
  switch (says.kind) {
    case 'talks-to':
      return {
        ...says,
        service,
        to: serviceName(says.to, catalog),
        ...(says.cluster === undefined ? {} : { cluster: nameBy(catalog, 'cluster', says.cluster) }),
      };
    case 'runs-in':
      return { ...says, service, place: nameBy(catalog, says.what, says.place) };
    case 'owned-by':
    case 'note':
      return { ...says, service };
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
