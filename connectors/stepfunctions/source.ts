// Creates the source of executions of Step Functions.
import { stepFunctionsExecutions } from './executions.ts';

export const make = () => ({ executions: stepFunctionsExecutions() });
