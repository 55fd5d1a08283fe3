// Property tests: the gate draws the same cases each time, so that a change is never refused for a case it has nothing to do with.
// `npm run test:properties` draws new ones, and more of them; what it finds is kept as an example in the test.
import fc from 'fast-check';

const seed = process.env.PROPERTY_SEED;
const runs = Number(process.env.PROPERTY_RUNS ?? 100);

fc.configureGlobal({
  numRuns: runs,
  ...(seed === 'random' ? {} : { seed: Number(seed ?? 20_261_124) }),
});
