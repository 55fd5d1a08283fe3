// What people did when exactly this error occurred before. Only the fingerprint that preferences use selects a fix, so another error never has it.
import { isOfThisRecipe } from '../../fingerprint/fingerprint.ts';
import type { ActionId } from '../../model/action.ts';
import type { KnownFix } from '../../model/levels.ts';
import type { Ports } from '../../ports/index.ts';

const shown = 2;

/** The latest two, oldest first, of other incidents with this fingerprint, if the page was resolved after each. */
export async function helpfulFixes(
  fingerprint: string,
  incidentId: string,
  { levels }: Pick<Ports, 'levels'>,
): Promise<readonly KnownFix[]> {
  if (!isOfThisRecipe({ fingerprint })) return [];
  const all = await levels.fixes(fingerprint);
  return all
    .filter((one) => one.fingerprint === fingerprint && one.incidentId !== incidentId && one.helped)
    .slice(-shown);
}

/** The catalogue's action that does what people did both of the last two times; undefined if they differ or were fewer. */
export function provenAction(fixes: readonly KnownFix[]): ActionId | undefined {
  const [action, ...others] = fixes.map(({ fix }) => fix.action);
  return fixes.length >= shown && others.every((other) => other === action) ? action : undefined;
}
