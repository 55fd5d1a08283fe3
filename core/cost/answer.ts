// Answers what something cost: a sentence, what it went into, how it compares with the time before, and a chart.
import { barChart } from '../charts/bars.ts';
import { amount } from '../charts/units.ts';
import type { Account, Cost, Costs } from '../ports/costs.ts';
import type { Clock } from '../ports/world.ts';
import { type CostQuestion, periodBefore, readCostQuestion } from './question.ts';

export type CostAnswer =
  | {
      readonly kind: 'answered';
      /** One sentence with the sum. */
      readonly text: string;
      /** More sentences, most important first. */
      readonly lines: readonly string[];
      /** SVG of what it went into; absent where nothing was spent. */
      readonly chart?: string | undefined;
    }
  | { readonly kind: 'unclear'; readonly ask: string; readonly choices: readonly string[] }
  /** What was asked could not be learned, and why. */
  | { readonly kind: 'gap'; readonly text: string };

/** `account` is the id that "this account" means in this conversation. */
export async function answerCostQuestion(
  text: string,
  { account }: { readonly account?: string | undefined },
  ports: { readonly costs: Costs; readonly clock: Clock },
): Promise<CostAnswer> {
  const known = await ports.costs.accounts();
  if (known.kind === 'gap') return { kind: 'gap', text: `The accounts are not known: ${known.gap.reason}` };
  const here = known.accounts.find(({ id }) => id === account);
  const question = readCostQuestion(text, { accounts: known.accounts, here, now: ports.clock.now() });
  return question.kind === 'unclear' ? question : answer(question, known.accounts, ports.costs);
}

async function answer(
  { period, accounts }: Extract<CostQuestion, { kind: 'asked' }>,
  known: readonly Account[],
  costs: Costs,
): Promise<CostAnswer> {
  const several = accounts === 'all' || accounts.length > 1;
  const ids = accounts === 'all' ? [] : accounts.map(({ id }) => id);
  const by = several ? 'account' : 'service';
  const [now, before] = await Promise.all([
    costs.costs({ accounts: ids, start: period.start, end: period.end, by }),
    costs.costs({ accounts: ids, ...periodBefore(period), by }),
  ]);
  if (now.kind === 'gap') return { kind: 'gap', text: `What it cost is not known: ${now.gap.reason}` };
  const names = new Map(known.map(({ id, name }) => [id, name]));
  const nameOf = (key: string) => (several ? (names.get(key) ?? key) : key);
  const total = sum(now.costs);
  const whose =
    accounts === 'all'
      ? `All ${known.length} accounts`
      : accounts.map(({ id, name }) => (name === id ? id : `${name} (${id})`)).join(', ');
  const when = `${period.name.startsWith('the ') || /^(?:yesterday|today)$/.test(period.name) ? period.name : `in ${period.name}`}${period.soFar ? ' so far' : ''}`;
  const greatest = now.costs
    .slice(0, 3)
    .map(({ key, usd }) => `${nameOf(key)} ${amount(usd, 'USD')}${share(usd, total)}`);
  return {
    kind: 'answered',
    text: `${whose} cost ${amount(total, 'USD')} ${when}.`,
    lines: [
      ...(greatest.length > 0 ? [`Most of it: ${greatest.join(', ')}.`] : []),
      before.kind === 'data'
        ? comparison(total, sum(before.costs), now.costs, before.costs, nameOf, period.soFar)
        : `What it was before is not known: ${before.gap.reason}`,
      ...(now.estimated
        ? ['The bill is not closed: these are estimates, and the last day or two are incomplete.']
        : []),
      'Unblended cost in US dollars, with tax, credits and refunds.',
    ],
    chart: barChart({
      title: `${accounts === 'all' ? 'All accounts' : whose}, ${period.name}${period.soFar ? ' so far' : ''}`,
      unit: 'USD',
      bars: now.costs
        .filter(({ usd }) => Math.abs(usd) >= 0.005)
        .map(({ key, usd }) => ({ name: nameOf(key), value: usd })),
    }),
  };
}

const sum = (costs: readonly Cost[]): number => costs.reduce((total, { usd }) => total + usd, 0);
const share = (usd: number, total: number): string =>
  total > 0 && usd > 0 ? ` (${Math.round((100 * usd) / total)} %)` : '';

/** How the sum compares, and what moved the most. */
function comparison(
  total: number,
  totalBefore: number,
  now: readonly Cost[],
  before: readonly Cost[],
  nameOf: (key: string) => string,
  soFar: boolean,
): string {
  const span = soFar ? 'the same days of the time before' : 'the time before';
  if (totalBefore <= 0) return `Nothing was spent in ${span}.`;
  const change = (100 * (total - totalBefore)) / totalBefore;
  const keys = new Set([...now, ...before].map(({ key }) => key));
  const usdOf = (costs: readonly Cost[], key: string) => costs.find((one) => one.key === key)?.usd ?? 0;
  const [most] = [...keys]
    .map((key) => ({ key, by: usdOf(now, key) - usdOf(before, key) }))
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by) || a.key.localeCompare(b.key));
  const moved =
    most && Math.abs(most.by) >= 0.01 * totalBefore
      ? ` ${nameOf(most.key)} moved the most: ${most.by > 0 ? '+' : '−'}${amount(Math.abs(most.by), 'USD')}.`
      : '';
  return `${Math.abs(change) < 0.5 ? 'As much as' : `${Math.abs(change).toFixed(0)} % ${change > 0 ? 'more' : 'less'} than`} in ${span} (${amount(totalBefore, 'USD')}).${moved}`;
}
