// Documents in S3 give no signal; source-documents.ts reads them.
import type { MakeSource } from '../source-kind.ts';
import type { S3Settings } from './manifest.ts';

export const make: MakeSource<S3Settings> = () => ({});
