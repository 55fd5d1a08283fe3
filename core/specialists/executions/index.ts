// Entry of the executions specialist: it applies if the page names a state machine or one of its executions, or the catalogue gives the paged
// service a state machine.
import { machinesAround } from '../../topology/aws-resources.ts';
import { arnsIn } from '../../topology/managed-resources.ts';
import type { Specialist } from '../specialist.ts';

export const executions: Specialist = {
  name: 'executions',
  question: () => 'Which execution of the state machine failed, with what error, and can it be redriven?',
  applies: (context, trigger) => arnsIn(trigger).length > 0 || machinesAround(context).arns.length > 0,
  load: async () => (await import('./investigate.ts')).investigateExecutions,
};
