export { slackChat } from './chat.ts';
export { slackReplies } from './replies.ts';
export { slackThreads } from './threads.ts';
export { slackUserDirectory } from './user-directory.ts';
