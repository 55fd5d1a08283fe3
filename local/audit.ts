// `npm run audit`: exports the record of decisions to a file, from the Watchkeeper that runs here, from its data folder or from a deployed table; or
// verifies that the record is unchanged.
import * as z from 'zod';
import { Misconfigured } from '../core/errors.ts';
import { auditFormats, exportAudit } from '../core/record/audit/export.ts';
import { verifyAudit } from '../core/record/audit/verify.ts';
import { checkInWords } from '../core/record/audit/words.ts';
import { parse, run } from './command.ts';
import { defaultData } from './options.ts';
import { fromRecords, instantOf, type Place } from './records.ts';

const help = `Exports the record of decisions: actor, evidence, policy and outcome of each.

  npm run -s audit -- --since 7d --format csv > audit.csv
  npm run -s audit -- --since 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z
  npm run -s audit -- --table TABLE --since 30d       reads a deployed stage (output AuditTable) with your AWS credentials
  npm run audit -- --verify                           reports breaks in the hash chains; exit code 1 if there is one
  npm run audit -- --verify --table TABLE --anchors BUCKET    checks a deployed stage (outputs AuditTable, AnchorsBucket)

  --since WHEN     a time, or an age: 90m, 24h, 7d (default 7d; with --verify 730d)
  --until WHEN     a time (default: now)
  --incident ID    only this incident
  --format F       ${auditFormats.join(' or ')} (default jsonl)
  --verify         check every chain and every anchor of that time
  --anchors NAME   bucket with the anchors of a deployed stage; only the anchors show that the end of a chain was removed
  --data DIR       data folder (default ${defaultData})
  --table NAME     table of a deployed stage
  --help           show this text
`;

async function main(args: readonly string[]): Promise<string> {
  const values = parse(
    args,
    {
      since: { type: 'string' },
      until: { type: 'string' },
      incident: { type: 'string' },
      format: { type: 'string', default: 'jsonl' },
      verify: { type: 'boolean', default: false },
      data: { type: 'string', default: defaultData },
      table: { type: 'string' },
      anchors: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    'npm run audit -- --help',
  );
  if (values.help) return help;
  const { incident, verify, table, anchors, data } = values;
  const format = auditFormats.find((one) => one === values.format);
  if (format === undefined)
    throw new Misconfigured(`--format is ${auditFormats.join(' or ')}, not "${values.format}".`);
  if (verify && incident !== undefined) throw new Misconfigured('--verify checks all chains: leave out --incident.');
  if (anchors !== undefined && (table === undefined || !verify))
    throw new Misconfigured('--anchors goes with --verify and --table.');
  const now = new Date();
  const span = {
    since: instantOf(values.since ?? (verify ? '730d' : '7d'), 'since', now),
    until: instantOf(values.until ?? '0m', 'until', now),
  };
  const place: Place = table === undefined ? { data } : { table, anchors };
  if (verify) return verified(place, span);
  const query = new URLSearchParams({ ...span, format, ...(incident === undefined ? {} : { incident }) });
  return fromRecords(place, {
    path: `/api/audit/export?${query}`,
    running: (response) => response.text(),
    tables: async ({ audit }) =>
      exportAudit(
        (await audit.list(span)).filter(({ incidentId }) => incident === undefined || incidentId === incident),
        format,
      ),
  });
}

const Verified = z.object({ holds: z.boolean(), lines: z.array(z.string()) });

async function verified(place: Place, span: { readonly since: string; readonly until: string }): Promise<string> {
  const { holds, lines } = await fromRecords(place, {
    path: `/api/audit/verify?${new URLSearchParams({ since: span.since })}`,
    running: async (response) => Verified.parse(await response.json()),
    tables: async (records) => {
      const check = await verifyAudit(span, records);
      return { holds: check.breaks.length === 0, lines: checkInWords(check) };
    },
  });
  if (!holds) process.exitCode = 1;
  return `${lines.join('\n')}\n`;
}

await run(async (args) => void process.stdout.write(await main(args)));
