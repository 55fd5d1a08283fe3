// The table of the shared suite: a row for each kind of source (connectors/sources.ts).
import type { Row } from './row.ts';
import { awsRows } from './rows-aws.ts';
import { httpRows } from './rows-http.ts';

export const rows: Readonly<Record<string, Row>> = { ...httpRows, ...awsRows };
