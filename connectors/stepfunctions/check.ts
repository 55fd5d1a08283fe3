// Checks Step Functions: whether the executions of each state machine that is named by ARN can be listed. A name alone has no region, so it is not tried.
import { everywhere } from '../../core/model/scope.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import { stepFunctionsExecutions } from './executions.ts';
import type { StepFunctionsSettings } from './manifest.ts';
import { optionsOf } from './source.ts';

export const check: CheckSource<StepFunctionsSettings> = async (settings, means) => {
  const { stateMachines = [] } = settings;
  const arns = stateMachines.filter((named) => named.startsWith('arn:') && !named.endsWith('*'));
  const now = means.clock.now().toISOString();
  const source = stepFunctionsExecutions(optionsOf(settings, means));
  const answers = await Promise.all(
    arns.map(async (arn) => ({
      arn,
      why: await source.observe(everywhere('check', { start: now, end: now }), { arns: [arn] }).then(
        (observed) => (observed.kind === 'gap' ? observed.gap.reason : observed.missing?.[0]),
        () => 'it did not answer',
      ),
    })),
  );
  const missing = answers.flatMap(({ arn, why }): Lack[] =>
    why === undefined ? [] : [{ what: `${arn}: ${why}`, fix: 'check the ARN, and the right states:ListExecutions' }],
  );
  const [first] = missing;
  if (first !== undefined && missing.length === arns.length) return { kind: 'silent', lack: first };
  const untried = stateMachines.length - arns.length;
  return {
    kind: 'answers',
    sees: [
      `executions of ${arns.length - missing.length} state machines`,
      ...(arns.length === stateMachines.length && stateMachines.length > 0
        ? []
        : [`${untried === 0 ? 'any' : untried} named otherwise: asked when a page or the catalogue names one`]),
    ],
    clusters: [],
    missing,
  };
};
