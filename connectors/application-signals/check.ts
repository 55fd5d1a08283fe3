// Checks Application Signals: which services it has of the last hours, and whether their calls can be read.
import { clientOptions, credentialsFor, deadlineIn } from '../aws-calls.ts';
import type { CheckSource } from '../source-kind.ts';
import { listDependencies, listDependents, listServices } from './client.ts';
import type { ApplicationSignalsSettings } from './manifest.ts';

const periodMs = 3 * 3_600_000;
const fix =
  'check region, account and the rights application-signals:ListServices, ListServiceDependencies, ListServiceDependents';

export const check: CheckSource<ApplicationSignalsSettings> = async ({ region, account }, { aws, clock }) => {
  const { ApplicationSignalsClient } = await import('@aws-sdk/client-application-signals');
  const client = new ApplicationSignalsClient(clientOptions(region, credentialsFor(account, aws)));
  const end = clock.now().getTime();
  const period = { start: end - periodMs, end };
  const parts = { client, deadline: deadlineIn(8000) };
  const services = await listServices(parts, period);
  if (services.kind === 'failed') return { kind: 'silent', lack: { what: services.reason, fix } };
  const { rows, isCut } = services.data;
  const [first] = rows;
  if (first === undefined)
    return {
      kind: 'answers',
      sees: [],
      clusters: [],
      missing: [
        {
          what: 'calls: no service in the last three hours',
          fix: 'enable Application Signals in this account and region, and instrument the services',
        },
      ],
    };
  const tried = await Promise.all([
    listDependencies(parts, first.key, period),
    listDependents(parts, first.key, period),
  ]);
  return {
    kind: 'answers',
    sees: [`calls: of ${rows.length}${isCut ? ' and more' : ''} services in the last three hours`],
    clusters: [...new Set(rows.flatMap(({ cluster }) => cluster ?? []))].sort(),
    missing: tried.flatMap((answer) => (answer.kind === 'failed' ? [{ what: answer.reason, fix }] : [])),
  };
};
