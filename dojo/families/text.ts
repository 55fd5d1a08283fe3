// The output of `--families` as text.

import { features } from '../../core/diagnosis/support.ts';
import { reliability, type Stated } from '../../core/learning/calibration.ts';
import { table } from '../table.ts';
import { reliabilityText } from '../text.ts';
import { familyOut, fitWeights } from './fit.ts';
import type { SetExample } from './run.ts';

export function familiesText(examples: readonly SetExample[]): string {
  const out = familyOut(examples);
  const stated = (keep: (example: SetExample) => boolean): Stated[] =>
    out.flatMap(({ example, confidence }) => (keep(example) ? [{ confidence, right: example.right }] : []));
  const sets = [...new Set(examples.map(({ set }) => set))].sort();
  const rows = sets.map((set) => {
    const own = stated((example) => example.set === set && example.isKnownKind);
    const sure = own.filter(({ confidence }) => confidence >= 0.9);
    return [
      set,
      `${own.length}`,
      share(own),
      reliability(own).brier.toFixed(3),
      reliability(plainly(examples.filter((example) => example.set === set && example.isKnownKind))).brier.toFixed(3),
      `${sure.length}`,
      share(sure),
    ];
  });
  const { base, of } = fitWeights(examples);
  return [
    'Stated with weights that the group of the true cause had no part in:',
    reliabilityText(reliability(stated(({ isKnownKind }) => isKnownKind))),
    '',
    'The same where the rules do not know the true cause, so that every answer is wrong:',
    reliabilityText(reliability(stated(({ isKnownKind }) => !isKnownKind))),
    ...out
      .filter(({ example, confidence }) => !example.isKnownKind && confidence >= 0.9)
      .map(({ example, confidence }) => `${example.id}: said ${example.cause} (${Math.round(confidence * 100)} %)`),
    '',
    table(['set', 'answers', 'right', 'Brier', 'Brier before', 'stated 90 %+', 'of them right'], rows),
    '',
    'Weights of the fit on all groups, for core/diagnosis/calibration.ts:',
    `base: ${base.toFixed(2)}`,
    ...features.map((feature) => `${feature}: ${of[feature].toFixed(2)}`),
  ].join('\n');
}

const plainly = (examples: readonly SetExample[]): Stated[] =>
  examples.map(({ plain, right }) => ({ confidence: plain, right }));
const share = (own: readonly Stated[]): string =>
  own.length === 0 ? '' : (own.filter(({ right }) => right).length / own.length).toFixed(2);
