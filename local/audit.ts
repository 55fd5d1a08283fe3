// `npm run audit`: the record of decisions as a file, from the Watchkeeper that runs here, from its data folder, or from a deployed table.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AuditFormat, auditFormats, exportAudit } from '../core/audit-export.ts';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { openAudit } from './compose.ts';
import { defaultData } from './options.ts';
import { lockFolder } from './runtime/lock.ts';
import { styleFor } from './terminal/style.ts';

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

interface Span {
  readonly since: string;
  readonly until: string;
}

async function main(args: readonly string[]): Promise<string> {
  const values = read(args);
  if (values.help) return help;
  const format = auditFormats.find((one) => one === values.format);
  if (format === undefined)
    throw new Misconfigured(`--format is ${auditFormats.join(' or ')}, not "${values.format}".`);
  const now = new Date();
  const span = { since: instantOf(values.since, 'since', now), until: instantOf(values.until ?? '0m', 'until', now) };
  if (values.table !== undefined) return fromTable({ table: values.table }, span, values.incident, format);
  return (
    (await fromRunning(values.data, span, values.incident, format)) ??
    fromFolder(values.data, span, values.incident, format)
  );
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        since: { type: 'string', default: '7d' },
        until: { type: 'string' },
        incident: { type: 'string' },
        format: { type: 'string', default: 'jsonl' },
        data: { type: 'string', default: defaultData },
        table: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run audit -- --help\` lists what there is.`, { cause });
  }
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function instantOf(text: string, option: string, now: Date): string {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? new Date(text) : new Date(now.getTime() - Number(count) * (unitMs[unit ?? ''] ?? 0));
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new Misconfigured(
    `--${option} is an instant (2026-11-01T00:00:00Z) or so long ago (90m, 24h, 7d), not "${text}".`,
  );
}

/** Undefined where none runs on that folder. */
async function fromRunning(
  data: string,
  span: Span,
  incident: string | undefined,
  format: AuditFormat,
): Promise<string | undefined> {
  const url = await readFile(join(data, 'runtime.json'), 'utf8').then(
    (text) => (JSON.parse(text) as { url?: string }).url,
    () => undefined,
  );
  if (url === undefined) return undefined;
  const query = new URLSearchParams({ ...span, format, ...(incident === undefined ? {} : { incident }) });
  const response = await fetch(`${url}/api/audit/export?${query}`).catch(() => undefined);
  return response?.ok ? response.text() : undefined;
}

async function fromFolder(
  data: string,
  span: Span,
  incident: string | undefined,
  format: AuditFormat,
): Promise<string> {
  if (!existsSync(join(data, 'tables')))
    throw new Misconfigured(
      `${data} is no data folder of Watchkeeper. Name it with --data, or a deployed table with --table.`,
    );
  const unlock = lockFolder(data);
  try {
    return await fromTable({ folder: join(data, 'tables') }, span, incident, format);
  } finally {
    unlock();
  }
}

async function fromTable(
  place: Parameters<typeof openAudit>[0],
  span: Span,
  incident: string | undefined,
  format: AuditFormat,
): Promise<string> {
  const { audit, close } = await openAudit(place);
  try {
    const entries = await audit.list(span);
    return exportAudit(
      entries.filter(({ incidentId }) => incident === undefined || incidentId === incident),
      format,
    );
  } finally {
    await close();
  }
}

try {
  process.stdout.write(await main(process.argv.slice(2)));
} catch (error) {
  const known = error instanceof WatchkeeperError;
  const style = styleFor(process.stderr, process.env);
  process.stderr.write(`${style.red(known ? error.message : `Something unexpected: ${String(error)}`)}\n`);
  process.exitCode = known ? 2 : 1;
}
