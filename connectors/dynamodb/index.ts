// Creates all stores on three DynamoDB tables. Every decision is one conditional write on one item, so that it works on DynamoDB, on the emulator
// and on the embedded runtime's dynalite alike.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Line } from '../../core/ports/admission.ts';
import type { LevelStore } from '../../core/ports/levels.ts';
import type { LongInvestigations } from '../../core/ports/long-investigations.ts';
import type {
  ActionHistory,
  ActionLedger,
  AppliedActions,
  ApprovalStore,
  AuditLog,
  CallGraphStore,
  Controls,
  IncidentStore,
  PostHistory,
  PreferenceStore,
  SeenEvents,
  Spending,
} from '../../core/ports/records.ts';
import type { Clock } from '../../core/ports/world.ts';
import { actionHistory } from './acts.ts';
import { approvalStore } from './approvals.ts';
import { auditLog } from './audit.ts';
import { callGraphStore } from './call-graph.ts';
import { callsOverAws, type TableCalls } from './calls.ts';
import { controls } from './controls.ts';
import { incidentStore } from './incidents.ts';
import { actionLedger, appliedActions, seenEvents } from './ledger.ts';
import { levelStore } from './levels.ts';
import { waitingLine } from './line.ts';
import { longInvestigations } from './long-investigations.ts';
import { postHistory } from './posts.ts';
import { preferenceStore } from './preferences.ts';
import { spendingOf } from './spending.ts';
import { Table } from './table.ts';

export type { TableCalls } from './calls.ts';
export { tableDefinitions } from './tables.ts';

export interface DynamoStores {
  readonly incidents: IncidentStore;
  readonly seen: SeenEvents;
  readonly approvals: ApprovalStore;
  readonly ledger: ActionLedger;
  readonly posts: PostHistory;
  readonly preferences: PreferenceStore;
  readonly applied: AppliedActions;
  readonly acts: ActionHistory;
  readonly controls: Controls;
  readonly callGraph: CallGraphStore;
  readonly spending: Spending;
  readonly audit: AuditLog;
  readonly line: Line;
  readonly long: LongInvestigations;
  readonly levels: LevelStore;
}

export function dynamoStores(config: {
  /** An AWS client, or a replacement. */
  readonly client: DynamoDBClient | TableCalls;
  readonly incidentsTable: string;
  readonly preferencesTable: string;
  readonly auditTable: string;
  readonly clock: Clock;
}): DynamoStores {
  const calls = config.client instanceof DynamoDBClient ? callsOverAws(config.client) : config.client;
  const incidents = new Table(calls, config.incidentsTable);
  const preferences = new Table(calls, config.preferencesTable);
  return {
    incidents: incidentStore(incidents, config.clock),
    seen: seenEvents(incidents, config.clock),
    approvals: approvalStore(incidents),
    ledger: actionLedger(incidents),
    posts: postHistory(incidents, config.clock),
    preferences: preferenceStore(preferences),
    applied: appliedActions(incidents, config.clock),
    acts: actionHistory(incidents),
    controls: controls(incidents),
    callGraph: callGraphStore(incidents, config.clock),
    spending: spendingOf(incidents),
    audit: auditLog(new Table(calls, config.auditTable)),
    line: waitingLine(incidents),
    long: longInvestigations(incidents),
    levels: levelStore(incidents, config.clock),
  };
}
