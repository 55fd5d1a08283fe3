// `npm run feedback`: reports people's feedback on diagnoses and the number of right ones, from the Watchkeeper that runs here, from its data folder
// or from a deployed table.
import { Misconfigured } from '../core/errors.ts';
import { exportFeedback, feedbackFormats, feedbackLine, summaryOf } from '../core/learning/feedback-report.ts';
import { clean } from '../core/text.ts';
import { parse, run } from './command.ts';
import { defaultData } from './options.ts';
import { readFeedback } from './read-feedback.ts';
import { instantOf } from './records.ts';

const help = `Lists people's feedback on diagnoses ("no, it was the cache", "yes, that was it"), and counts the right ones.

  npm run feedback
  npm run -s feedback -- --since 30d --format csv > feedback.csv
  npm run feedback -- --table TABLE                   reads a deployed stage (output IncidentsTable) with your AWS credentials

  --since WHEN     a time, or an age: 90m, 24h, 7d (default 90d)
  --incident ID    only this incident
  --format F       ${feedbackFormats.join(' or ')} on standard output, and the summary on standard error (default: plain text)
  --data DIR       data folder (default ${defaultData})
  --help           show this text
`;

async function main(args: readonly string[]): Promise<{ readonly out: string; readonly aside?: string }> {
  const values = parse(
    args,
    {
      since: { type: 'string', default: '90d' },
      incident: { type: 'string' },
      format: { type: 'string' },
      data: { type: 'string', default: defaultData },
      table: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    'npm run feedback -- --help',
  );
  if (values.help) return { out: help };
  const format = feedbackFormats.find((one) => one === values.format);
  if (format === undefined && values.format !== undefined)
    throw new Misconfigured(`--format is ${feedbackFormats.join(' or ')}, not "${values.format}".`);
  const { feedback, whole } = await readFeedback(
    values.table === undefined ? { data: values.data } : { table: values.table },
    {
      since: instantOf(values.since, 'since', new Date()),
      ...(values.incident === undefined ? {} : { incident: values.incident }),
    },
  );
  const summary = `${summaryOf(feedback)}${whole ? '' : ' Only the newest incidents were read.'}\n`;
  if (format !== undefined) return { out: exportFeedback(feedback, format), aside: summary };
  const lines = feedback.map((one) => `${clean(feedbackLine(one))}\n`);
  return { out: `${lines.join('')}${lines.length > 0 ? '\n' : ''}${summary}` };
}

await run(async (args) => {
  const { out, aside = '' } = await main(args);
  process.stdout.write(out);
  process.stderr.write(aside);
});
