// Checks a status page: whether it can be read, and which components it has, so that the catalogue can name them.
import type { CheckSource } from '../source-kind.ts';
import type { StatuspageSettings } from './manifest.ts';
import { pageReader } from './page.ts';

export const check: CheckSource<StatuspageSettings> = async ({ url }) => {
  const answer = await pageReader(url)();
  if (answer.kind === 'failed')
    return {
      kind: 'silent',
      lack: { what: answer.reason, fix: `check url: ${new URL(url).host} has to answer /api/v2/summary.json` },
    };
  const { components, missing } = answer.page;
  const names = components.flatMap(({ name, group }) =>
    group ? [] : [name.replaceAll(/[^\p{L}\p{N} ().,&/-]/gu, '')],
  );
  const shown = names.slice(0, 12).join(', ');
  return {
    kind: 'answers',
    sees: [`${names.length} components${names.length === 0 ? '' : ': '}${shown}${names.length > 12 ? ' …' : ''}`],
    clusters: [],
    missing: missing.map((what) => ({ what, fix: 'the page has to answer /api/v2/incidents.json' })),
  };
};
