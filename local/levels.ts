// `npm run levels -- report`: what the evidence says about each action, and which promotions it supports. From the Watchkeeper that runs here, from
// its data folder or from a deployed table.

import { Misconfigured } from '../core/errors.ts';
import { levelReport, type RowView } from '../core/remediation/levels/earned.ts';
import { reportText } from '../core/remediation/levels/report.ts';
import { parse, run } from './command.ts';
import { catalogFile, readCatalog } from './compose.ts';
import { defaultData } from './options.ts';
import { fromRecords, type Place } from './records.ts';

const help = `Reports the evidence for each environment, service, cause and action, and the promotions that it supports.

  npm run levels -- report
  npm run levels -- report --table TABLE     reads a deployed stage (output IncidentsTable) with your AWS credentials

  --data DIR       data folder (default ${defaultData})
  --table NAME     table of a deployed stage
  --catalog FILE   service catalogue for --table and for a data folder that nobody uses (default config/catalog.yaml)
  --json           print JSON
  --help           show this text

Promotions are approved at the console, by two people.
`;

async function main(args: readonly string[]): Promise<string> {
  const values = parse(
    args[0] === 'report' ? args.slice(1) : args,
    {
      data: { type: 'string', default: defaultData },
      table: { type: 'string' },
      catalog: { type: 'string', default: catalogFile },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    'npm run levels -- --help',
  );
  if (values.help) return help;
  if (args[0] !== 'report') throw new Misconfigured('Say what to do: npm run levels -- report');
  const catalog = await readCatalog(values.catalog);
  const place: Place = values.table === undefined ? { data: values.data } : { table: values.table };
  const rows = await fromRecords<readonly RowView[]>(place, {
    path: '/api/levels',
    running: async (response) => ((await response.json()) as { rows: readonly RowView[] }).rows,
    tables: ({ levels }) =>
      levelReport({ levels, catalog: { load: async () => catalog }, clock: { now: () => new Date() } }),
  });
  return values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : reportText(rows);
}

await run(async (args) => void process.stdout.write(await main(args)));
