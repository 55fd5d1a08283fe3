// `npm run feedback`: what people said of diagnoses, and how many were right, from the Watchkeeper that runs here, from its data folder, or
// from a deployed table.
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { exportFeedback, feedbackFormats, feedbackLine, summaryOf } from '../core/learning/judged.ts';
import { clean } from '../core/text.ts';
import { defaultData } from './options.ts';
import { instantOf } from './records.ts';
import { readFeedback } from './said.ts';
import { styleFor } from './terminal/style.ts';

const help = `What people said of diagnoses ("no, it was the cache", "yes, that was it"), and how many were right.

  npm run feedback
  npm run -s feedback -- --since 30d --format csv > feedback.csv
  npm run feedback -- --table TABLE                   a deployed stage's (output IncidentsTable), with your AWS credentials

  --since WHEN     an instant, or so long ago: 90m, 24h, 7d (default 90d)
  --incident ID    of one incident
  --format F       ${feedbackFormats.join(' or ')} on standard output, and the summary on standard error (default: lines to read)
  --data DIR       data folder (default ${defaultData})
  --help           this
`;

async function main(args: readonly string[]): Promise<{ readonly out: string; readonly aside?: string }> {
  const values = read(args);
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
  const summary = `${summaryOf(feedback)}${whole ? '' : ' Only the newest incidents were looked at.'}\n`;
  if (format !== undefined) return { out: exportFeedback(feedback, format), aside: summary };
  const lines = feedback.map((one) => `${clean(feedbackLine(one))}\n`);
  return { out: `${lines.join('')}${lines.length > 0 ? '\n' : ''}${summary}` };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        since: { type: 'string', default: '90d' },
        incident: { type: 'string' },
        format: { type: 'string' },
        data: { type: 'string', default: defaultData },
        table: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run feedback -- --help\` lists what there is.`, {
      cause,
    });
  }
}

try {
  const { out, aside = '' } = await main(process.argv.slice(2));
  process.stdout.write(out);
  process.stderr.write(aside);
} catch (error) {
  const known = error instanceof WatchkeeperError;
  const style = styleFor(process.stderr, process.env);
  process.stderr.write(`${style.red(known ? error.message : `Something unexpected: ${String(error)}`)}\n`);
  process.exitCode = known ? 2 : 1;
}
