// The Memory port on Amazon Bedrock AgentCore Memory: an event per thing worth remembering, a search over what its strategies
// made of them. Memory helps and never decides: a failure is told to `onFailure` and costs the incident nothing.
import {
  BedrockAgentCoreClient,
  CreateEventCommand,
  RetrieveMemoryRecordsCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { Unavailable } from '../../core/errors.ts';
import type { Memory } from '../../core/ports/channels.ts';

interface AgentCoreMemoryOptions {
  readonly memoryId: string;
  /** Where the memory's strategy files its records (lib/memory.ts). */
  readonly namespace?: string;
  readonly client?: BedrockAgentCoreClient;
  /** Told of every failed call. */
  readonly onFailure: (failure: Unavailable) => void;
}

/** Searches take at most this many characters (RetrieveMemoryRecords, searchQuery). */
const maxQueryLength = 10_000;

export function agentCoreMemory(options: AgentCoreMemoryOptions): Memory {
  const { memoryId, namespace = '/incidents', client = new BedrockAgentCoreClient({}), onFailure } = options;
  return {
    async remember({ incidentId, actor, at, text }) {
      const event = new CreateEventCommand({
        memoryId,
        sessionId: identifier(incidentId),
        actorId: identifier(actor),
        eventTimestamp: new Date(at),
        payload: [{ conversational: { role: 'OTHER', content: { text } } }],
      });
      await client.send(event).catch((cause: unknown) => {
        onFailure(new Unavailable(`AgentCore Memory ${memoryId} did not remember incident ${incidentId}.`, { cause }));
      });
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
        onFailure(new Unavailable(`AgentCore Memory ${memoryId} could not be searched.`, { cause }));
        return [];
      }
    },
  };
}

/** Session and actor ids are letters, digits, `-` and `_`, at most 100 of them, a letter or digit first. */
const identifier = (text: string): string =>
  text
    .replaceAll(/[^a-zA-Z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 100) || 'unknown';

/** For a stage without a memory: nothing is kept, nothing is recalled. */
export const noMemory = (): Memory => ({ remember: async () => {}, recall: async () => [] });
