// Decides whether an agent goes on looking after the first diagnosis: the analysis does not know or is not sure, and nothing waits for a decision.
import type { Decided } from '../../model/workflow.ts';
import type { Ports } from '../../ports/index.ts';
import { sureAt } from '../../reasoning/two-opinions.ts';

/** The limits of the state that waits for it; the state machine reads `kind` and `seconds`. */
export interface LongWanted {
  readonly kind: 'wanted';
  readonly seconds: number;
}

/** The waiting state gives up a little after the budget of the investigation, which ends itself. */
const marginSeconds = 60;

export function longWanted(
  { decision, diagnosis: { hypotheses } }: Pick<Decided, 'decision' | 'diagnosis'>,
  { longRunner }: Pick<Ports, 'longRunner'>,
): LongWanted | undefined {
  if (longRunner === undefined || decision.kind === 'ask' || decision.kind === 'act') return undefined;
  const first = hypotheses.find(({ proposal }) => proposal === undefined);
  const isSure =
    first !== undefined && first.cause !== 'unknown' && first.ruledOut === undefined && first.confidence >= sureAt;
  return isSure ? undefined : { kind: 'wanted', seconds: longRunner.seconds + marginSeconds };
}
