// Compares the service catalogue with what the systems show, every week, and tells the differences in Slack. It changes nothing.
import * as z from 'zod';
import { reportDrift } from '../../core/reporting/catalog-drift.ts';
import { catalog, chat, clock, discovery, setting } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

type Parts = Omit<Parameters<typeof reportDrift>[0], 'catalog'> & {
  readonly catalog: ReturnType<typeof catalog>;
};

export const create = ({ catalog, ...parts }: Parts) =>
  handling('report-drift', z.unknown(), async () => reportDrift({ ...parts, catalog: await catalog.load() }));

export const handler = onLambda(() =>
  create({ ...setting('CATALOG_DRIFT'), discover: discovery(), catalog: catalog(), chat: chat(), clock: clock() }),
);
