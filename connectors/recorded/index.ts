export { recordedExecutor } from './executor.ts';
export { readScenario } from './scenario.ts';
export { recordedTargets } from './targets.ts';
export { recordedTelemetry } from './telemetry.ts';
