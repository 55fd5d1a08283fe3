// The coordinator's tools: its specialists. A specialist answers a question in a context of its own, with a report; the coordinator reads only that
// report. The prompt's budget limits the number of questions.
import * as z from 'zod';
import { WatchkeeperError } from '../errors.ts';
import { EntityRef } from '../model/entity.ts';
import type { Brief, Report } from '../model/report.ts';
import type { ReasonerTool } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { fileReport } from '../record/file-report.ts';
import { reportText } from './report-text.ts';

/** Without limits in its form, because every specialist's tool repeats it in the coordinator's context; `Question` checks them. */
const Input = z.object({
  question: z.string(),
  entity: z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() }).optional(),
});
const Question = z.object({ question: z.string().min(5).max(400), entity: EntityRef.optional() });

/** Time limit, in seconds, of a specialist's agent for one question. */
const secondsAQuestion = 10;
const maxFindings = 5;

export interface FollowUps {
  readonly tools: readonly ReasonerTool[];
  /** Asks one specialist; undefined if the plan has no such specialist or it does not answer. */
  readonly ask: (
    specialist: string,
    question: { readonly question: string; readonly entity?: EntityRef },
  ) => Promise<Report | undefined>;
  /** The reports, in the order of their arrival. */
  readonly reports: readonly Report[];
  /** The answers as the coordinator read them. */
  readonly read: readonly string[];
}

export function followUps(
  plan: readonly Brief[],
  ports: Pick<Ports, 'specialistClient' | 'incidents' | 'clock'>,
  { after = 0, seconds = secondsAQuestion }: { readonly after?: number; readonly seconds?: number } = {},
): FollowUps {
  const reports: Report[] = [];
  const read: string[] = [];
  // Questions are numbered through the incident, because a number names the entry of its answer.
  let count = after;
  const briefs = new Map(plan.map((brief) => [brief.specialist, brief]));
  const askOf = async (brief: Brief, { question, entity }: z.infer<typeof Question>): Promise<Report> => {
    count += 1;
    const followUpBrief: Brief = {
      ...brief,
      phase: 'investigate',
      question,
      followUp: count,
      focus: entity ? [entity] : brief.focus,
      budget: { ...brief.budget, seconds },
    };
    const report = await fileReport(followUpBrief, await ports.specialistClient.ask(followUpBrief), ports);
    reports.push(report);
    return report;
  };
  return {
    reports,
    read,
    ask: async (specialist, question) => {
      const brief = briefs.get(specialist);
      if (brief === undefined) return undefined;
      try {
        return await askOf(brief, question);
      } catch (error) {
        if (error instanceof WatchkeeperError) return undefined;
        throw error;
      }
    },
    tools: [...briefs.values()].map((brief) => ({
      name: `ask_${brief.specialist.replaceAll('-', '_')}`,
      description: `Asks the ${brief.specialist} specialist.`,
      input: Input,
      run: async (input) => {
        const report = await askOf(brief, Question.parse(input));
        const text = reportText({ ...report, findings: report.findings.slice(0, maxFindings) });
        read.push(text);
        return text;
      },
    })),
  };
}
