export { slackChat } from './chat.ts';
export { slackReplies } from './replies.ts';
export { slackThreads } from './threads.ts';
export { slackWorkplace } from './workplace.ts';
