// Schemas of the state that passes through statemachines/incident.asl.json. Each step receives the whole state and adds its part. Large data stays in
// the evidence store, so the state stays far below the 256 KiB limit of Step Functions.
import * as z from 'zod';
import { Action, ApprovalOutcome, Decision, PlanResult, PlanRun, RemediationResult, Verification } from './action.ts';
import { Diagnosis } from './diagnosis.ts';
import { Context, Incident, Trigger } from './incident.ts';
import { Brief, Report, unreadableReport } from './report.ts';
import { PageFacts } from './storm.ts';

/** Accepts any report. A report that breaks the schema becomes a gap, so one invalid specialist does not cost the findings of the others. */
const ReceivedReport = Report.catch(({ input }) => {
  const name = z.object({ specialist: Report.shape.specialist }).safeParse(input);
  return unreadableReport({ specialist: name.success ? name.data.specialist : 'specialist', round: 1 });
});

/** Input of FileReport: the brief, and the answer of the specialist that received it. The answer can be anything. */
export const Answered = Brief.extend({ answer: z.object({ Payload: z.unknown() }) });

/** Input of an execution: the detail of the bus event. */
export const ExecutionInput = z.object({ trigger: Trigger });

/** `execution` is the execution's name; the state machine adds it. */
export const OpenIncidentInput = ExecutionInput.extend({ execution: z.string() });
/** `opened` continues; `joined` ends here, because an open incident already works on this alert. */
export const Opening = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened') }),
  z.object({ kind: z.literal('joined'), incidentId: z.string(), why: z.string() }),
]);
export type Opening = z.infer<typeof Opening>;

export const Opened = OpenIncidentInput.extend({ opening: Opening, incident: Incident });
export const Planned = Opened.extend({
  context: Context,
  /** The facts that grouping needs. Absent in executions that began before this field existed. */
  page: PageFacts.optional(),
  plan: z.array(Brief),
  round: z.number().int(),
  priorReports: z.array(Report),
});
export const Investigated = Planned.extend({ reports: z.array(ReceivedReport) });
export const Synthesis = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('concluded') }),
  z.object({ kind: z.literal('another-round'), why: z.string() }),
]);
/** An action that undoes an action which made things worse. It needs approval, and it stays until the end so that it is offered once. */
export const RollbackProposal = z.object({ action: Action, why: z.string() });
export const Synthesized = Investigated.extend({
  diagnosis: Diagnosis,
  synthesis: Synthesis,
  takingBack: RollbackProposal.optional(),
});
export const Decided = Synthesized.extend({ decision: Decision });
/** `take-back-plan`: the plan made it worse, and its steps can be taken back. */
const Afterwards = z.enum(['take-back', 'take-back-plan', 'learn']);
export const ApprovalResolved = Decided.extend({
  approval: ApprovalOutcome.optional(),
  planRun: PlanRun.optional(),
  afterwards: Afterwards.optional(),
});
const Result = z.discriminatedUnion('kind', [...RemediationResult.options, ...PlanResult.options]);
export const Remediated = ApprovalResolved.extend({ remediation: Result, verificationPlan: z.array(Brief) });
export const Rechecked = Remediated.extend({ recheck: z.array(ReceivedReport) });
export const Verified = Rechecked.extend({
  verification: Verification,
  afterwards: Afterwards,
});
/** Input of Learn; it may run without any action. */
export const Concluded = ApprovalResolved.extend({
  remediation: Result.optional(),
  recheck: z.array(ReceivedReport).optional(),
  verification: Verification.optional(),
});
/** Input of the step that returns the incident's slot: the state at the end of the investigation. */
export const Left = z.object({
  incident: Incident.optional(),
  page: PageFacts.optional(),
  diagnosis: Diagnosis.optional(),
});
/** Input of ReportFailure: the state at the failure. */
export const Failed = z.looseObject({
  /** The execution's name. */
  execution: z.string().optional(),
  trigger: Trigger,
  incident: Incident.optional(),
  reports: z.array(Report).optional(),
  priorReports: z.array(Report).optional(),
  diagnosis: Diagnosis.optional(),
  failure: z.looseObject({ Error: z.string().optional(), Cause: z.string().optional() }),
});
/** The state at the failure and the name of the failed execution. An execution that began before this shape existed gives only the state. */
export const FailedExecution = z.union([
  z
    .object({ execution: z.string(), state: Failed })
    .transform(({ execution, state }): z.infer<typeof Failed> => ({ ...state, execution })),
  Failed,
]);

export type OpenIncidentInput = z.infer<typeof OpenIncidentInput>;
export type Opened = z.infer<typeof Opened>;
export type Planned = z.infer<typeof Planned>;
export type Left = z.infer<typeof Left>;
export type Investigated = z.infer<typeof Investigated>;
export type Synthesized = z.infer<typeof Synthesized>;
export type Decided = z.infer<typeof Decided>;
export type ApprovalResolved = z.infer<typeof ApprovalResolved>;
export type Remediated = z.infer<typeof Remediated>;
export type Rechecked = z.infer<typeof Rechecked>;
export type Verified = z.infer<typeof Verified>;
export type Concluded = z.infer<typeof Concluded>;
export type Failed = z.infer<typeof Failed>;
