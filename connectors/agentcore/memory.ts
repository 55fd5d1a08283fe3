// The Memory port on Amazon Bedrock AgentCore Memory. It stores events per incident (session) and person (actor), finds lessons by a search over the
// records that the memory's strategy extracts, and keeps facts as records of their own in one namespace per service. A failure to learn or recall
// never stops an incident; it goes to `onFailure`. Facts are a person's words, so the person learns of a failure there.
import { createHash } from 'node:crypto';
import {
  BatchCreateMemoryRecordsCommand,
  BedrockAgentCoreClient,
  CreateEventCommand,
  DeleteMemoryRecordCommand,
  ExtractionMode,
  ListEventsCommand,
  ListMemoryRecordsCommand,
  type MemoryRecordSummary,
  ResourceNotFoundException,
  RetrieveMemoryRecordsCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { Unavailable } from '../../core/errors.ts';
import { factId, ServiceFact, servicesOf } from '../../core/model/fact.ts';
import type { Memory, MemoryEvent } from '../../core/ports/channels.ts';

interface AgentCoreMemoryOptions {
  readonly memoryId: string;
  /** The namespace in which the memory's strategy stores its records (lib/memory.ts). */
  readonly namespace?: string;
  readonly client?: BedrockAgentCoreClient;
  /** Receives every failed call that the incident continues without. */
  readonly onFailure: (failure: Unavailable) => void;
}

/** The longest search text, in characters (RetrieveMemoryRecords, searchQuery). */
const maxQueryLength = 10_000;
/** Items on a page of a list, and the maximum number of pages. */
const pageSize = 100;
const maxPages = 5;

export function agentCoreMemory(options: AgentCoreMemoryOptions): Memory {
  const { memoryId, namespace = '/incidents', client = new BedrockAgentCoreClient({}), onFailure } = options;
  const unavailable = (what: string, cause: unknown) =>
    new Unavailable(`AgentCore Memory ${memoryId} ${what}.`, { cause });

  const records = async (service: string): Promise<MemoryRecordSummary[]> => {
    const found: MemoryRecordSummary[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer = await client.send(
        new ListMemoryRecordsCommand({ memoryId, namespace: namespaceOf(service), maxResults: pageSize, nextToken }),
      );
      found.push(...(answer.memoryRecordSummaries ?? []));
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
    return found;
  };

  return {
    async remember(event, kind) {
      const { incidentId, actor, at, text, about } = event;
      const command = new CreateEventCommand({
        memoryId,
        sessionId: identifier(incidentId),
        actorId: identifier(actor),
        eventTimestamp: new Date(at),
        payload: [{ conversational: { role: kind === 'conversation' ? 'USER' : 'OTHER', content: { text } } }],
        ...(about === undefined ? {} : { metadata: { about: { stringValue: about } } }),
        // Conversation is no lesson, so the strategy skips it.
        ...(kind === 'conversation' ? { extractionMode: ExtractionMode.SKIP } : {}),
        clientToken: createHash('sha256')
          .update(JSON.stringify([incidentId, actor, at, text]))
          .digest('hex'),
      });
      await client.send(command).catch((cause: unknown) => {
        onFailure(unavailable(`did not remember incident ${incidentId}`, cause));
      });
    },
    async utterances({ incidentId, actor }) {
      const found: MemoryEvent[] = [];
      let nextToken: string | undefined;
      try {
        for (let page = 0; page < maxPages; page++) {
          const answer = await client.send(
            new ListEventsCommand({
              memoryId,
              sessionId: identifier(incidentId),
              actorId: identifier(actor),
              includePayloads: true,
              maxResults: pageSize,
              nextToken,
            }),
          );
          for (const { eventTimestamp, payload, metadata } of answer.events ?? [])
            for (const { conversational } of payload ?? [])
              found.push({
                incidentId,
                actor,
                at: (eventTimestamp ?? new Date(0)).toISOString(),
                text: conversational?.content?.text ?? '',
                ...(metadata?.about?.stringValue === undefined ? {} : { about: metadata.about.stringValue }),
              });
          nextToken = answer.nextToken;
          if (nextToken === undefined) break;
        }
      } catch (cause) {
        // Nobody has spoken in the session.
        if (cause instanceof ResourceNotFoundException) return [];
        onFailure(unavailable(`did not list the conversation of incident ${incidentId}`, cause));
      }
      return found.toSorted((a, b) => a.at.localeCompare(b.at));
    },
    async recall({ text, limit }) {
      if (text.trim() === '') return [];
      const search = new RetrieveMemoryRecordsCommand({
        memoryId,
        namespace,
        searchCriteria: { searchQuery: text.slice(0, maxQueryLength), topK: limit },
        maxResults: limit,
      });
      try {
        const { memoryRecordSummaries } = await client.send(search);
        return (memoryRecordSummaries ?? []).flatMap((record) => record.content?.text ?? []).slice(0, limit);
      } catch (cause) {
        onFailure(unavailable('could not be searched', cause));
        return [];
      }
    },
    async teach(fact) {
      const known = await Promise.all(
        servicesOf(fact.statement).map(async (service) => [service, await records(service)] as const),
      ).catch((cause: unknown) => {
        throw unavailable('could not be read', cause);
      });
      const missing = known.filter(([, there]) => !there.some((one) => factIn(one)?.id === fact.id));
      if (missing.length === 0) return;
      const created = await client
        .send(
          new BatchCreateMemoryRecordsCommand({
            memoryId,
            records: missing.map(([service], place) => ({
              requestIdentifier: `${fact.id}-${place}`,
              namespaces: [namespaceOf(service)],
              content: { text: JSON.stringify(fact) },
              timestamp: new Date(fact.taughtAt),
            })),
          }),
        )
        .catch((cause: unknown) => {
          throw unavailable('did not keep a fact', cause);
        });
      const [failed] = created.failedRecords ?? [];
      if (failed) throw unavailable('did not keep a fact', new Error(failed.errorMessage ?? 'no reason given'));
    },
    async facts(service) {
      const found = await records(service).catch((cause: unknown) => {
        throw unavailable('could not be read', cause);
      });
      const facts = found
        .flatMap((record) => factIn(record) ?? [])
        .filter(({ statement }) => servicesOf(statement).includes(service));
      // Two people who teach the same fact at the same moment store it twice.
      return [...new Map(facts.map((fact) => [fact.id, fact])).values()].toSorted((a, b) =>
        a.taughtAt.localeCompare(b.taughtAt),
      );
    },
    async forget(statement) {
      const id = factId(statement);
      try {
        for (const service of servicesOf(statement)) {
          const ids = (await records(service)).filter((one) => factIn(one)?.id === id).map((one) => one.memoryRecordId);
          for (const memoryRecordId of ids)
            await client.send(new DeleteMemoryRecordCommand({ memoryId, memoryRecordId })).catch((cause: unknown) => {
              if (!(cause instanceof ResourceNotFoundException)) throw cause;
            });
        }
      } catch (cause) {
        throw unavailable('did not forget a fact', cause);
      }
    },
  };
}

/** The fact in a record, if it is one of ours; other records in the namespace are ignored. */
function factIn({ content }: MemoryRecordSummary): ServiceFact | undefined {
  try {
    return ServiceFact.safeParse(JSON.parse(content?.text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** A list treats a namespace as a prefix: the slash at the end separates `cart` from `cart-2`. A namespace must contain no dots. */
const namespaceOf = (service: string): string => `/services/${service.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_')}/`;

/** Session and actor ids consist of letters, digits, `-` and `_`, at most 100 of them, and begin with a letter or digit. */
const identifier = (text: string): string =>
  text
    .replaceAll(/[^a-zA-Z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 100) || 'unknown';
