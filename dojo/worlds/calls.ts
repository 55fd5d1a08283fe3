// A call graph that nobody drew, or that is wrong: calls that do not exist and calls that are missing.
import { applied, doesNotApply, isShownWithoutCalls, servicesOf, type Transformation } from './transformation.ts';

export const noCallGraph: Transformation = {
  name: 'no-call-graph',
  about: 'there is no call graph',
  oneOf: 'calls',
  apply(recording) {
    if (!recording.dependencies?.length) return doesNotApply('The recording has no call graph.');
    return applied({ ...recording, dependencies: undefined }, isShownWithoutCalls(recording) ? 'same' : 'less');
  },
};

export const wrongCallGraph: Transformation = {
  name: 'wrong-call-graph',
  about: 'the call graph lacks a third of its calls and has as many that do not exist',
  oneOf: 'calls',
  apply(recording, random) {
    const { dependencies = [] } = recording;
    if (dependencies.length < 2) return doesNotApply('The recording has no call graph.');
    const third = Math.max(1, Math.round(dependencies.length / 3));
    const kept = random.shuffled(dependencies).slice(third);
    const names = servicesOf(recording);
    const invented = Array.from({ length: third }, () => ({ from: random.pick(names), to: random.pick(names) })).filter(
      ({ from, to }) => from !== to,
    );
    return applied(
      { ...recording, dependencies: [...kept, ...invented] },
      isShownWithoutCalls(recording) ? 'same' : 'less',
    );
  },
};
