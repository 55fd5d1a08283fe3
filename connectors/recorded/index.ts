export { cachedActs } from './acts.ts';
export { recordedCosts } from './costs.ts';
export { recordedExecutor } from './executor.ts';
export { readCosts, readScenario } from './scenario.ts';
export { recordedTargets } from './targets.ts';
export { recordedTelemetry } from './telemetry.ts';
