// `npm run audit`: the record of decisions as a file, from the Watchkeeper that runs here, from its data folder, or from a deployed table.
import { auditFormats, exportAudit } from '../core/audit-export.ts';
import { Misconfigured } from '../core/errors.ts';
import { parse, run } from './command.ts';
import { defaultData } from './options.ts';
import { fromRecords, instantOf } from './records.ts';

const help = `The record of decisions: who or what, on which evidence, by which policy, with which outcome.

  npm run -s audit -- --since 7d --format csv > audit.csv
  npm run -s audit -- --since 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z
  npm run -s audit -- --table TABLE --since 30d       a deployed stage's (output AuditTable), with your AWS credentials

  --since WHEN     an instant, or so long ago: 90m, 24h, 7d (default 7d)
  --until WHEN     (default: now)
  --incident ID    of one incident
  --format F       ${auditFormats.join(' or ')} (default jsonl)
  --data DIR       data folder (default ${defaultData})
  --help           this
`;

async function main(args: readonly string[]): Promise<string> {
  const values = parse(
    args,
    {
      since: { type: 'string', default: '7d' },
      until: { type: 'string' },
      incident: { type: 'string' },
      format: { type: 'string', default: 'jsonl' },
      data: { type: 'string', default: defaultData },
      table: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    'npm run audit -- --help',
  );
  if (values.help) return help;
  const format = auditFormats.find((one) => one === values.format);
  if (format === undefined)
    throw new Misconfigured(`--format is ${auditFormats.join(' or ')}, not "${values.format}".`);
  const now = new Date();
  const span = { since: instantOf(values.since, 'since', now), until: instantOf(values.until ?? '0m', 'until', now) };
  const { incident } = values;
  const query = new URLSearchParams({ ...span, format, ...(incident === undefined ? {} : { incident }) });
  return fromRecords(values.table === undefined ? { data: values.data } : { table: values.table }, {
    path: `/api/audit/export?${query}`,
    running: (response) => response.text(),
    tables: async ({ audit }) =>
      exportAudit(
        (await audit.list(span)).filter(({ incidentId }) => incident === undefined || incidentId === incident),
        format,
      ),
  });
}

await run(async (args) => void process.stdout.write(await main(args)));
