import { stepFunctionsExecutor } from './executions.ts';

export const make = () => ({ executor: stepFunctionsExecutor() });
