// Removes links to documentation from an error, so that their hosts are not taken for what the error is about.

/** Words before a link to documentation: "see https://…", "for details: https://…", "more info at https://…". */
const before =
  /\b(?:see(?: also)?|refer to|consult|(?:read|learn|find out) more(?: at| about \S+ at)?|more (?:info(?:rmation)?|details|help)(?:,? see)?(?: at| on| in)?|(?:for )?(?:details|help|instructions|documentation|docs|troubleshooting)(?:,? see)?(?: at| on)?|(?:described|explained|documented) (?:at|in))\s{0,2}[:,]?\s{0,2}["'(<]?$/i;
/** Words after it: "https://… for details". */
const after =
  /^["')>]?,? (?:for|to (?:get|find|read|see|learn)) (?:(?:more|further|additional) )?(?:details|info(?:rmation)?|help|instructions|documentation|troubleshooting)\s{0,2}(?:[.,;)]|$)/i;
/** A link with the host alone and what follows it. */
const link = /https?:\/\/([a-z0-9.-]{1,253})(:\d{1,5})?[^\s"'<>)]{0,300}/gi;
/** Hosts that no documentation is on: one label, or a name inside a cluster or company. */
const isInside = (host: string): boolean =>
  !host.includes('.') || /\.(?:svc|local|internal|lan|corp|intra)(?:\.|$)/i.test(host);

export function withoutHelpLinks(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(link, (whole: string, host: string, port: string | undefined, at: number) => {
    const end = whole.replace(/[.,;:]+$/, '').length;
    const isHelp = before.test(text.slice(Math.max(0, at - 80), at)) || after.test(text.slice(at + end, at + end + 60));
    return isHelp && port === undefined && !isInside(host) ? whole.slice(end) : whole;
  });
}
