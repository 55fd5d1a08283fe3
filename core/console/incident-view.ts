// The view of one incident for the console's incident page: the record with the words that other surfaces use. Pure; the page renders it and
// decides nothing.
import type { Approval } from '../model/action.ts';
import type { ChainStep, Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import { missingAmong } from '../model/report.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import { relationText } from '../record/membership-words.ts';
import { impactText } from '../remediation/impact.ts';
import { planButtons } from '../remediation/plan-words.ts';
import {
  approvalCountText,
  approversText,
  decisionText,
  inverseText,
  isTeachable,
  planLines,
  targetsText,
} from '../remediation/question.ts';
import { stateText } from '../remediation/target-state.ts';
import { chainTitles, raisesOf } from '../reporting/chain.ts';
import { placeInGroup } from '../reporting/membership.ts';
import { modelsText } from '../reporting/report.ts';
import { type StatusView, statusViewOf } from '../reporting/status-view.ts';
import { capitalize } from '../wording.ts';
import { type Glance, glanceOf } from './glance.ts';
import { type CallView, incidentCalls } from './incident-calls.ts';
import type { IncidentRecord } from './incident-record.ts';

/** A message without its chart and its files, which the page fetches on demand. */
export type MessageView = Omit<Message, 'chart' | 'files'> & {
  readonly hasChart: boolean;
  readonly files: readonly { readonly name: string; readonly title: string }[];
};

export type ApprovalView = Approval & {
  readonly rememberable: boolean;
  /** The buttons, if they are not the usual ones. */
  readonly buttons?: ReturnType<typeof planButtons>;
  readonly targets: string;
  /** The people who may answer; empty if nobody is named. */
  readonly forWhom: string;
  readonly texts: {
    /** How many of the needed people have approved; empty if one is enough. */
    readonly count: string;
    readonly touches: string;
    /** The steps of a plan; empty for a single action. */
    readonly steps: readonly string[];
    readonly inverse: string;
    readonly target: string;
    /** Who decided, or why nobody can decide any more; empty while the request is open. */
    readonly outcome: string;
  };
};

export interface IncidentView {
  readonly incident: Incident & { readonly standing: StatusView };
  readonly timeline: readonly TimelineEntry[];
  readonly diagnosis?: DiagnosisView | undefined;
  readonly approvals: readonly ApprovalView[];
  readonly messages: readonly MessageView[];
  readonly group: {
    /** The group that the page is or was part of, in sentences. */
    readonly texts: readonly string[];
    readonly members: readonly {
      readonly id: string;
      readonly title: string;
      readonly why: string;
      readonly at: string;
    }[];
  };
  readonly glance: Glance;
  readonly calls?: CallView | undefined;
}

/** A step of the chain with its title. */
export type ChainStepView = ChainStep & { readonly title: string };

export type DiagnosisView = Diagnosis & {
  readonly models: string;
  /** From the symptom to the change behind the first hypothesis; empty if it is unknown. */
  readonly chain: readonly ChainStepView[];
  /** What would raise the confidence in the first hypothesis. */
  readonly raises: readonly string[];
};

export function incidentView(record: IncidentRecord): IncidentView {
  const { incident, timeline, diagnosis, approvals, messages, members } = record;
  return {
    incident: { ...incident, standing: statusViewOf(incident) },
    timeline,
    ...(diagnosis === undefined ? {} : { diagnosis: diagnosisView(diagnosis, approvals) }),
    approvals: approvals.map((approval) => approvalView(approval, incident)),
    messages: messages.map(messageView),
    group: {
      texts: placeInGroup(incident),
      members: members.map(({ id, title, because, at }) => ({ id, title, why: relationText(because), at })),
    },
    glance: glanceOf(record),
    calls: incidentCalls(record),
  };
}

export const messageView = ({ chart, files = [], ...message }: Message): MessageView => ({
  ...message,
  hasChart: chart !== undefined,
  files: files.map(({ name, title }) => ({ name, title })),
});

/** The next step is left out once the question about it was answered. */
function diagnosisView({ next, ...diagnosis }: Diagnosis, approvals: readonly Approval[]): DiagnosisView {
  const isOpen = next !== undefined && approvals.every(({ state }) => state === 'pending');
  return {
    ...diagnosis,
    gaps: missingAmong(diagnosis.gaps),
    ...(isOpen ? { next } : {}),
    models: modelsText(diagnosis),
    chain: (diagnosis.hypotheses[0]?.chain ?? []).map((step) => ({ ...step, title: chainTitles[step.kind] })),
    raises: raisesOf(diagnosis),
  };
}

const approvalView = (approval: Approval, { status }: Incident): ApprovalView => ({
  ...approval,
  rememberable: isTeachable(approval),
  ...(approval.state === 'pending' || status === 'acting' ? { buttons: planButtons(approval) } : {}),
  targets: targetsText(approval),
  forWhom: approversText(approval),
  texts: {
    count: approvalCountText(approval),
    touches: capitalize(impactText(approval.plan?.plan.affects ?? approval.action.affects)),
    steps: approval.plan === undefined ? [] : planLines(approval.plan, approval.state === 'pending'),
    inverse: inverseText(approval),
    target: stateText(approval.shownFor?.facts),
    outcome: outcomeText(approval),
  },
});

function outcomeText(approval: Approval): string {
  switch (approval.state) {
    case 'pending':
      return '';
    case 'decided':
      return `${capitalize(decisionText(approval))}.`;
    case 'expired':
      return 'Nobody answered in time; Watchkeeper took no action.';
    case 'withdrawn':
      return `Withdrawn: ${approval.withdrawnWhy}`;
  }
}
