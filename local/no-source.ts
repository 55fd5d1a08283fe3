export { noExecutor, noTelemetry } from '../core/ports/none.ts';
