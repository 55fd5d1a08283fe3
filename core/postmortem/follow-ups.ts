// Follow-ups, each from a fact: what would have prevented it, what to make readable, write, review and teach. Pure.
import { alertNames } from '../analysis/knowledge/queries.ts';
import { type CauseGroup, causes } from '../causes/causes.ts';
import { named } from '../diagnosis/words.ts';
import { expiredIn, knowledgeIn, taughtIn, troublesIn, unreadIn, usedTeaching } from './facts.ts';
import { bare, plain } from './markdown.ts';
import { correctionsIn, endingOf, type PostmortemRecord } from './record.ts';

/** What usually keeps a cause of this group from coming back. `it` is where it was. */
const prevention: Record<CauseGroup, (it: string) => string> = {
  image: (it) => `Have the pipeline of ${it} check that image, tag and pull secret exist before it rolls out.`,
  scheduling: (it) =>
    `Check requests and placement rules of ${it} against the nodes there are before it rolls out, and alert on pods that wait for a node.`,
  quota: (it) => `Alert before the quota of ${it} is used up, and review what it is meant to hold.`,
  probe: (it) => `Try the probes of ${it} under load before they roll out, and give slow starts a startup probe.`,
  resources: (it) =>
    `Alert before ${it} reaches its limit, and set requests and limits by what it used in the last weeks.`,
  configuration: (it) =>
    `Have the pipeline of ${it} check that everything its configuration refers to exists (a server-side dry run, a test of the values).`,
  dependency: (it) =>
    `Agree with the owner of what ${it} depends on what it can rely on, and give its calls timeouts, bounded retries and a way to do without.`,
  network: (it) =>
    `Test from inside the cluster that ${it} reaches what it needs, after every change of policies, routes and names.`,
  node: (it) =>
    `Spread replicas so that the loss of ${it} is no outage (topology spread, a disruption budget), and alert on its pressure earlier.`,
  change: (it) =>
    `Roll ${it} out in steps that stop by themselves when errors rise, and add the test that would have failed.`,
  traffic: (it) => `Set what traffic ${it} has to bear, test its autoscaling up to that, and limit what comes above.`,
  certificate: (it) => `Renew the certificate of ${it} automatically, and alert weeks before one expires.`,
  vendor: (it) => `Decide how ${it} degrades while its vendor is away, and subscribe to the vendor's status.`,
  data: (it) => `Alert on the growth of the data that ${it} reads, and check input where it comes in.`,
  job: (it) =>
    `Let ${it} retry what fails in passing and go on where it stopped, and alert on a success that is missing.`,
  unknown: (it) => `Find the cause at ${it}: nothing on record explains it.`,
};

const maxItems = 20;

export function followUps(record: PostmortemRecord): string[] {
  return [
    'Each needs an owner and a date.',
    '',
    ...items(record)
      .slice(0, maxItems)
      .map((item) => `- [ ] ${item}`),
  ];
}

function items(record: PostmortemRecord): string[] {
  const { incident, diagnosis, change, material } = record;
  const [first] = diagnosis.hypotheses;
  const about = material.context.service?.value ?? material.context.workload?.name ?? 'what was paged';
  const alert = alertNames(incident.trigger)[0] ?? incident.title;
  const knowledge = knowledgeIn(record);
  const corrected = correctionsIn(record).length > 0;
  const changeId = first?.changeId;
  return [
    ...(corrected
      ? [
          'Make sure that what people corrected is what gets prevented; what is said of the cause here was worked out before it.',
          `Teach the correction as a scenario, so that score is kept of it (where the incident was recorded): \`npm run replay -- ${incident.id.replaceAll(/[^\w.-]/g, '')} --scenario DIR\``,
        ]
      : []),
    prevention[first ? causes[first.cause].group : 'unknown'](plain(first ? named(first.entity) : about, 200)),
    ...(changeId === undefined
      ? []
      : [
          `Review change ${plain(changeId, 120)}${change?.author === undefined ? '' : ` with ${plain(change.author, 120)}`}: what would have shown it before it was live?`,
        ]),
    ...(material.verification && material.verification.kind !== 'recovered'
      ? ['Find a remedy: the action did not demonstrably help.']
      : endingOf(record).kind === 'open'
        ? ['Find out whether it is over, and since when.']
        : []),
    ...(knowledge?.past ?? [])
      .slice(0, 2)
      .map((name) => `It came back: look what became of the follow-ups of ${plain(name, 160)}.`),
    ...(knowledge && knowledge.runbooks.length === 0
      ? [`Write a runbook for ${plain(alert, 160)} at ${plain(about, 120)}: nothing was found that speaks of it.`]
      : []),
    ...unreadIn(record).map(({ source, reason }) => `Make ${plain(source, 80)} readable: ${plain(reason)}`),
    ...material.context.questions.map(
      (question) => `Put into the catalogue or the alert what had to be left open: ${plain(question)}`,
    ),
    ...troublesIn(record)
      .slice(0, 1)
      .map((text) => `Mend what kept Watchkeeper from doing its part: ${plain(bare(text))}.`),
    ...expiredIn(record).map(
      ({ question }) => `Find out why nobody could answer "${plain(bare(question), 300)}", and who is to be asked.`,
    ),
    ...taughtIn(record).map((text) => `Review what was taught: ${plain(text, 500)}`),
    ...(usedTeaching(record)
      ? ['Review whether what was taught is still right: it was used here, and the error came back.']
      : []),
    'Read this draft, correct it in the thread of the incident ("no, it was …"), and add what users noticed.',
  ];
}
