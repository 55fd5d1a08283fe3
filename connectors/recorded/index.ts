export { recordedExecutor } from './executor.ts';
export { readScenario, type Scenario } from './scenario.ts';
export { recordedTelemetry } from './telemetry.ts';
