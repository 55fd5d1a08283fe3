// Tells the postmortem drafts that Watchkeeper wrote from the documents of people.

/** Whether a text begins with the name of a draft. */
export const isDraftName = (text: string): boolean => text.startsWith('postmortem-inc-');
