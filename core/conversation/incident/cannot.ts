// Says what Watchkeeper cannot do, and what to do instead. Data.
import type { IncidentAnswer } from './record.ts';

type Request =
  | 'silence'
  | 'snooze'
  | 'reassign'
  | 'page'
  | 'delete'
  | 'acknowledge'
  | 'resolve'
  | 'ticket'
  | 'deploy'
  | 'change'
  | 'workflow';

const instead: Readonly<Record<Request, readonly [cannot: string, instead: string]>> = {
  silence: [
    'I cannot silence or mute alerts.',
    'Silence it where it comes from: a silence in Alertmanager or Grafana, a muting rule in New Relic, or a maintenance window of the PagerDuty service. "Stop everything" stops my own actions.',
  ],
  snooze: [
    'I cannot snooze a page or remind you later.',
    'Snooze it in PagerDuty (on the incident: Snooze). An open question of mine reminds by itself before it expires.',
  ],
  reassign: [
    'I cannot reassign or escalate an incident.',
    'Reassign or escalate it in PagerDuty. "Who is on call?" and "who owns this?" say to whom.',
  ],
  page: [
    'I cannot page, call or invite people.',
    'Add a responder in PagerDuty, or mention the person in the thread. "Who is on call?" and "who owns this?" say whom.',
  ],
  delete: [
    'I cannot delete that: no action of mine removes data or workloads.',
    'Do it by hand with your own rights. "What else could you do?" lists the actions that fit here.',
  ],
  acknowledge: [
    'I cannot acknowledge a page on request.',
    'Acknowledge it in PagerDuty. The catalogue can have me acknowledge a page after an approved action (`page.acknowledge`).',
  ],
  resolve: [
    'I cannot resolve, close or merge incidents on request.',
    'Resolve or merge it in PagerDuty. The catalogue can have me resolve a page after a verified recovery (`page.resolve`). "This is separate" takes a joined page out.',
  ],
  ticket: [
    'I cannot open tickets or pull requests.',
    'The postmortem draft and the export of the incident as Markdown have the text for one.',
  ],
  deploy: [
    'I cannot write, merge or deploy changes.',
    'Ship the fix as usual. Where a change is the cause and a rollback fits, I ask whether to roll it back.',
  ],
  change: [
    'I cannot change flags, certificates, limits or configuration on request.',
    'Change it where it is kept, with your own rights. "What else could you do?" lists the actions that fit here.',
  ],
  workflow: [
    'I cannot start an Incident Workflow or a conference on request.',
    'Start the workflow in PagerDuty (on the incident: Run Workflow). "Who is on call?" says whom to bring in.',
  ],
};

export function answerCannot({ request = 'delete' }: { readonly request?: Request | undefined }): IncidentAnswer {
  const [text, line] = instead[request];
  return { text, lines: [line], choices: ['who is on call?', 'who owns this?', 'what else could you do?'] };
}
