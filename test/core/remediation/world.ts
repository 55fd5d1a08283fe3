// Where decisions are made and acted on, for tests: the real policies, the real records, and a cluster that counts what is done to it.
import { readdir, readFile } from 'node:fs/promises';
import { cedarPolicies } from '../../../connectors/cedar/index.ts';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import type { Hypothesis } from '../../../core/model/diagnosis.ts';
import type { Context } from '../../../core/model/incident.ts';
import type { Message } from '../../../core/model/message.ts';
import type { ApprovalResolved, Synthesized } from '../../../core/model/workflow.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import type {
  Around,
  Executor,
  ExecutorAction,
  KnowledgeDocument,
  TargetLookup,
} from '../../../core/ports/telemetry.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aContext, aDiagnosis, aFinding, aHypothesis, anIncident, aReport, aTrigger, at } from '../../builders.ts';

const wasm = await readFile(new URL('cedar_wasm_bg.wasm', import.meta.resolve('@cedar-policy/cedar-wasm/web')));
const files = (await readdir('policies')).filter((name) => name.endsWith('.cedar'));
const texts = await Promise.all(files.map(async (name) => [name, await readFile(`policies/${name}`, 'utf8')]));
export const policies = cedarPolicies({
  schema: await readFile('policies/watchkeeper.cedarschema', 'utf8'),
  policies: Object.fromEntries(texts),
  wasm,
});

const own = {
  name: 'nightly-invoices',
  placements: [{ cluster: 'backend-1', namespace: 'billing', environment: 'production' }],
  workloads: ['CronJob/nightly-invoices'],
};
export const aService = (over: object = {}) => ({ ...own, ...over });
export const aCatalog = (over: object = {}): Catalog =>
  Catalog.parse({
    environments: { production: { level: 'walk', aliases: ['prod'] }, staging: { level: 'run' } },
    clusters: [{ name: 'backend-1', aliases: ['be1'], environment: 'production' }],
    services: [own],
    ...over,
  });

/** A diagnosis that blames what one finding names, on the way to a decision. */
export const diagnosed = (hypothesis: Partial<Hypothesis> = {}, context: Partial<Context> = {}): Synthesized => ({
  trigger: aTrigger(),
  execution: 'execution-1',
  opening: { kind: 'opened' },
  incident: anIncident(),
  context: aContext(context),
  plan: [],
  round: 1,
  priorReports: [],
  reports: [aReport({ findings: [aFinding(hypothesis.entity ? { entity: hypothesis.entity } : {})] })],
  diagnosis: aDiagnosis({ hypotheses: [aHypothesis(hypothesis)] }),
  synthesis: { kind: 'concluded' },
});

export const approved = (approvalId: string, remember = false): ApprovalResolved['approval'] => ({
  kind: 'approved',
  approvalId,
  by: 'ana',
  at: at('02:49:00'),
  remember,
});

/** Everything that deciding, acting, verifying and learning ask for. What a test wants to be otherwise, it sets. */
export function aWorld(stores: DynamoStores, clock: { now(): Date }) {
  const world = {
    catalog: aCatalog(),
    /** What the cluster was told to do. */
    carriedOut: [] as ExecutorAction[],
    /** What the target looks like; a test changes it. */
    target: { kind: 'unseen', why: 'Nobody looks.' } as TargetLookup,
    around: { objects: [], without: [] } as Around,
    trial: (async () => ({ kind: 'ok', detail: 'It would be taken.' })) as Executor['dryRun'],
    execution: (async () => ({ kind: 'done', detail: 'A Job was made.' })) as Executor['execute'],
    published: [] as Message[],
    /** Set to true: chat, pager, memory and knowledge are away. */
    outsideIsAway: false,
    notes: [] as string[],
    /** What the page was marked as. */
    marked: [] as string[],
    /** What those who follow the page were told. */
    updates: [] as string[],
    remembered: [] as string[],
    documents: [] as KnowledgeDocument[],
  };
  const reach = <T>(there: T, add: (list: T) => void) => {
    if (world.outsideIsAway) throw new Error('away');
    add(there);
  };
  const ports = {
    ...stores,
    clock,
    ids: { next: () => crypto.randomUUID() },
    catalog: { load: async () => world.catalog },
    policies,
    executor: {
      dryRun: (action: ExecutorAction) => world.trial(action),
      execute: (action: ExecutorAction) => {
        world.carriedOut.push(action);
        return world.execution(action);
      },
    },
    targets: { look: async () => world.target, around: async () => world.around },
    chat: {
      // The message that is updated in place has tests of its own.
      publish: async (message: Message) =>
        reach(message, (one) => (one.kind === 'opened' ? undefined : world.published.push(one))),
    },
    pager: {
      mark: async (_: string, status: string) => {
        if (world.outsideIsAway) return { kind: 'gap', gap: { source: 'pagerduty', reason: 'No token.' } };
        world.marked.push(status);
        return { kind: 'written' };
      },
      statusUpdate: async (_: string, text: string) => {
        if (world.outsideIsAway) return { kind: 'gap', gap: { source: 'pagerduty', reason: 'No token.' } };
        world.updates.push(text);
        return { kind: 'written' };
      },
      note: async (_: string, text: string) => {
        if (world.outsideIsAway) return { kind: 'gap', gap: { source: 'pagerduty', reason: 'No token.' } };
        world.notes.push(text);
        return { kind: 'written' };
      },
    },
    evidence: diskEvidence(memoryDisk()),
    memory: { remember: async ({ text }: { text: string }) => reach(text, (one) => world.remembered.push(one)) },
    telemetry: {
      knowledge: { add: async (document: KnowledgeDocument) => reach(document, (one) => world.documents.push(one)) },
    },
    // biome-ignore lint/suspicious/noExplicitAny: the ports that these steps ask for, not all there are
  } as any;
  return Object.assign(world, { ports });
}
export type World = ReturnType<typeof aWorld>;
