// Pages of Confluence give no signal; documents.ts reads them.
import type { MakeSource } from '../source-kind.ts';
import type { ConfluenceSettings } from './manifest.ts';

export const make: MakeSource<ConfluenceSettings> = () => ({});
