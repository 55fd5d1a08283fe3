// Creates the executor that redrives executions of Step Functions.
import { stepFunctionsExecutor } from './executions.ts';

export const make = () => ({ executor: stepFunctionsExecutor() });
