// Reads the costs of an organisation's accounts.
import type { Gap } from '../model/report.ts';

export interface Account {
  /** 12 digits. */
  readonly id: string;
  /** The name that people gave the account; it can be any text. */
  readonly name: string;
  /** Absent if the account is in use. */
  readonly state?: 'suspended' | 'closing' | 'closed' | undefined;
}

export interface CostQuery {
  /** Account ids; if empty, all accounts of the organisation. */
  readonly accounts: readonly string[];
  /** First day, and the day after the last: `YYYY-MM-DD`, in UTC like the bill. */
  readonly start: string;
  readonly end: string;
  readonly by: 'service' | 'account' | 'region' | 'tag' | 'day' | 'month';
  /** The key of the cost allocation tag, for `tag`. */
  readonly tag?: string | undefined;
}

export interface Cost {
  /** Service name, account id, region, value of the tag (empty: without the tag), or first day (`YYYY-MM-DD`) of the group. */
  readonly key: string;
  readonly usd: number;
}

type Answered<T> = ({ readonly kind: 'data' } & T) | { readonly kind: 'gap'; readonly gap: Gap };

/** Amounts are unblended, in US dollars, with tax, credits and refunds as on the bill. */
export interface Costs {
  accounts(): Promise<Answered<{ readonly accounts: readonly Account[] }>>;
  /** Highest cost first; days and months in time order. `estimated`: the bill is not final for some of those days. */
  costs(query: CostQuery): Promise<Answered<{ readonly costs: readonly Cost[]; readonly estimated: boolean }>>;
}
