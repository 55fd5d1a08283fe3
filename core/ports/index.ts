// All ports: the interfaces to the outside world. A function asks for the ports it uses: `Pick<Ports, 'incidents' | 'clock'>`.
import type { AdmissionLimits, Line } from './admission.ts';
import type { ServiceCatalog } from './catalog.ts';
import type {
  Bus,
  Chat,
  Heartbeats,
  Memory,
  OnCallSchedules,
  PageRequests,
  Pager,
  Policies,
  Reasoner,
  Replies,
  SpecialistClient,
  Threads,
  UserDirectory,
  Workflow,
} from './channels.ts';
import type { Costs } from './costs.ts';
import type { Executions } from './executions.ts';
import type { LevelStore } from './levels.ts';
import type { LongInvestigations, LongRunner } from './long-investigations.ts';
import type {
  ActionHistory,
  ActionLedger,
  ApprovalStore,
  AuditAnchors,
  AuditLog,
  CallGraphStore,
  Controls,
  EvidenceStore,
  IncidentStore,
  PreferenceStore,
  SeenEvents,
} from './records.ts';
import type { Secrets } from './secrets.ts';
import type { Executor, Targets, Telemetry } from './telemetry.ts';
import type { Charts, Clock, Ids } from './world.ts';

export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly incidents: IncidentStore;
  readonly seen: SeenEvents;
  readonly approvals: ApprovalStore;
  readonly ledger: ActionLedger;
  readonly acts: ActionHistory;
  readonly controls: Controls;
  readonly levels: LevelStore;
  readonly callGraph: CallGraphStore;
  readonly audit: AuditLog;
  readonly anchors: AuditAnchors;
  readonly preferences: PreferenceStore;
  readonly evidence: EvidenceStore;
  readonly bus: Bus;
  readonly workflow: Workflow;
  readonly heartbeats: Heartbeats;
  readonly line: Line;
  readonly long: LongInvestigations;
  /** Undefined if there are no long investigations. */
  readonly longRunner: LongRunner | undefined;
  readonly limits: AdmissionLimits;
  readonly executions: Executions;
  readonly pager: Pager;
  readonly onCall: OnCallSchedules;
  readonly pageRequests: PageRequests;
  readonly chat: Chat;
  readonly threads: Threads;
  readonly replies: Replies;
  readonly userDirectory: UserDirectory;
  readonly policies: Policies;
  readonly memory: Memory;
  readonly reasoner: Reasoner;
  readonly specialistClient: SpecialistClient;
  readonly telemetry: Telemetry;
  readonly executor: Executor;
  readonly targets: Targets;
  readonly catalog: ServiceCatalog;
  readonly costs: Costs;
  readonly charts: Charts;
  readonly secrets: Secrets;
}
