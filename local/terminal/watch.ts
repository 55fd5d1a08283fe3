// Shows the runtime in the terminal: it prints each step as it happens, the diagnosis and the approval request. Answers take the same path as the
// console's. words.ts renders the texts.
import { createInterface } from 'node:readline';
import { WatchkeeperError } from '../../core/errors.ts';
import { parseAnswer } from '../../core/language/parse-answer.ts';
import type { Approval } from '../../core/model/action.ts';
import type { Incident } from '../../core/model/incident.ts';
import type { TimelineEntry } from '../../core/model/timeline.ts';
import type { Ports } from '../../core/ports/index.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { answerSwitch } from '../../core/remediation/kill-switch.ts';
import { decisionText } from '../../core/remediation/question.ts';
import type { Feed } from '../feed.ts';
import { keysOf, openQuestions, type Printed, readTyped } from './questions.ts';
import type { Style } from './style.ts';
import { clean, diagnosisLines, endLine, incidentHeading, questionLines, timelineLine } from './words.ts';

export interface TerminalOptions {
  readonly feed: Feed;
  readonly ports: Ports;
  readonly print: (line: string) => void;
  readonly style: Style;
  readonly width: number;
  /** The stream in which answers are typed; absent, there are none. */
  readonly input?: NodeJS.ReadableStream | undefined;
  /** The person whose answers are typed here. */
  readonly person: string;
}

interface Watched {
  readonly since: number;
  readonly printedIds: Set<string>;
}

export interface Terminal {
  /** Prints the state of an incident that began before: its diagnosis and its open questions. */
  show(incident: Incident): void;
  /** Resolves when everything so far is printed. */
  close(): Promise<void>;
}

export function watchInTerminal(options: TerminalOptions): Terminal {
  const { feed, ports, print, style, width } = options;
  const incidents = new Map<string, Watched>();
  const questions = openQuestions();
  let current: string | undefined;
  // Prints in the order of events, although reading the records is asynchronous.
  let printing = Promise.resolve();
  const enqueue = (what: () => Promise<void>) => {
    printing = printing.then(what).catch((error: unknown) => print(style.red(sentence(error))));
  };

  async function heading(incidentId: string): Promise<Watched> {
    const watched = incidents.get(incidentId) ?? { since: performance.now(), printedIds: new Set<string>() };
    incidents.set(incidentId, watched);
    if (current !== incidentId) {
      current = incidentId;
      const incident = await ports.incidents.get(incidentId);
      if (incident) print(incidentHeading(incident, style));
    }
    return watched;
  }

  async function printEntry(entry: TimelineEntry, at: number): Promise<void> {
    const watched = await heading(entry.incidentId);
    if (watched.printedIds.has(entry.id)) return;
    watched.printedIds.add(entry.id);
    const sinceMs = Math.max(0, at - watched.since);
    if (entry.kind === 'diagnosis') await printDiagnosis(entry.incidentId, sinceMs);
    // The question itself is printed when its record exists, with the possible answers.
    else if (entry.kind !== 'question') print(timelineLine(entry, sinceMs, width, style));
  }

  async function printStatus({ id }: Incident): Promise<void> {
    await heading(id);
    await printDiagnosis(id);
    for (const approval of await ports.approvals.ofIncident(id)) {
      if (approval.state === 'pending') await printApproval(approval);
    }
  }

  async function printDiagnosis(incidentId: string, sinceMs?: number): Promise<void> {
    const diagnosis = await ports.incidents.diagnosis(incidentId);
    if (diagnosis === undefined) return;
    const ids = diagnosis.hypotheses.flatMap((hypothesis) => hypothesis.evidenceIds);
    const evidence = await Promise.all(ids.map((id) => ports.evidence.get(incidentId, id)));
    const found = evidence.filter((each) => each !== undefined);
    for (const line of diagnosisLines(diagnosis, found, sinceMs, width, style)) print(line);
    print('');
  }

  async function printApproval(approval: Approval): Promise<void> {
    if (approval.state !== 'pending') {
      const question = questions.settle(approval);
      if (question)
        print(style.dim(`  Question ${question.number} does not wait any more: ${clean(decisionText(approval))}.`));
      return;
    }
    const numbered = questions.number(approval);
    if (numbered === undefined) return;
    await heading(approval.incidentId);
    for (const line of questionLines(approval, numbered.number, width, style)) print(line);
    print(
      options.input
        ? style.bold(keysOf(numbered, questions.printed().bare))
        : style.dim('  The console takes the answer.'),
    );
    for (const other of questions.printed().waiting)
      if (options.input && other !== numbered)
        print(style.dim(`  Also waits: ${keysOf(other, undefined).trim()}  ${clean(other.approval.question)}`));
  }

  const unwatch = feed.watch((event) => {
    const at = performance.now();
    switch (event.kind) {
      case 'timeline':
        return enqueue(() => printEntry(event.entry, at));
      case 'approval':
        return enqueue(() => printApproval(event.approval));
      case 'incident':
        return notice(event.incident, at);
      case 'message':
      case 'preference':
      case 'level':
        return;
    }
  });

  function notice(incident: Incident, at: number): void {
    const watched = incidents.get(incident.id) ?? { since: at, printedIds: new Set<string>() };
    incidents.set(incident.id, watched);
    if ((incident.status !== 'closed' && incident.status !== 'failed') || watched.printedIds.has('end')) return;
    watched.printedIds.add('end');
    enqueue(async () => {
      await heading(incident.id);
      print(endLine(incident, style));
    });
  }

  const lines = options.input && createInterface({ input: options.input, terminal: false });
  // Remember the questions on the screen now, because the line is processed later.
  lines?.on('line', (line) => {
    const printed = questions.printed();
    enqueue(() => answer(line, printed));
  });

  async function answer(line: string, printed: Printed): Promise<void> {
    if (line.trim() === '') return;
    const answer = parseAnswer(line);
    if (answer.kind === 'switch')
      return print(`  ${clean((await answerSwitch({ ...answer, by: options.person }, ports)).text)}`);
    const typed = readTyped(line, printed);
    switch (typed.kind) {
      case 'answer': {
        questions.answeredHere(typed.approval.id);
        const { id: approvalId } = typed.approval;
        const answered = await answerApproval({ approvalId, verdict: typed.verdict, by: options.person }, ports);
        return print(`  ${clean(answered.text)}`);
      }
      case 'not-offered':
        return print(`  That is not offered here, and nothing was answered. ${clean(typed.why)}`);
      case 'no-such-question':
        return print(`  No question ${typed.number} waits.`);
      case 'number-needed':
        print('  Which question? Its number is part of the answer:');
        for (const question of printed.waiting)
          print(`${keysOf(question, undefined)}  ${clean(question.approval.question)}`);
        return;
      case 'none-open':
        return print('  No question waits. "stop everything" throws the kill switch.');
      case 'not-understood':
        print('  That answers no question here.');
        for (const question of printed.waiting) print(style.bold(keysOf(question, printed.bare)));
    }
  }

  return {
    show: (incident) => enqueue(() => printStatus(incident)),
    async close() {
      unwatch();
      lines?.close();
      await printing;
    },
  };
}

const sentence = (error: unknown): string =>
  error instanceof WatchkeeperError ? error.message : `Something unexpected happened: ${String(error)}`;
