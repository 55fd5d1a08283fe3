export { recordedExecutor } from './executor.ts';
export { readScenario } from './scenario.ts';
export { recordedTelemetry } from './telemetry.ts';
