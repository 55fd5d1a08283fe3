import { stepFunctionsExecutions } from './executions.ts';

export const make = () => ({ executions: stepFunctionsExecutions() });
