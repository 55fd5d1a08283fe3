// What the accounts of an organisation cost.
import type { Gap } from '../model/report.ts';

export interface Account {
  /** 12 digits. */
  readonly id: string;
  /** As people called it: it may be anything. */
  readonly name: string;
  /** Absent where it is in use. */
  readonly state?: 'suspended' | 'closing' | 'closed' | undefined;
}

export interface CostQuery {
  /** Ids; all accounts of the organisation where it is empty. */
  readonly accounts: readonly string[];
  /** First day, and the day after the last: `YYYY-MM-DD`, UTC as the bill has it. */
  readonly start: string;
  readonly end: string;
  readonly by: 'service' | 'account' | 'day' | 'month';
}

export interface Cost {
  /** Name of the service, id of the account, or the first day (`YYYY-MM-DD`) of what it is by. */
  readonly key: string;
  readonly usd: number;
}

type Answered<T> = ({ readonly kind: 'data' } & T) | { readonly kind: 'gap'; readonly gap: Gap };

/** Amounts are unblended, in US dollars, with tax, credits and refunds as the bill has them. */
export interface Costs {
  accounts(): Promise<Answered<{ readonly accounts: readonly Account[] }>>;
  /** Greatest first; days and months in their order. `estimated`: the bill of some of those days is not closed. */
  costs(query: CostQuery): Promise<Answered<{ readonly costs: readonly Cost[]; readonly estimated: boolean }>>;
}
