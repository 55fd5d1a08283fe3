// Tells the errors of packets that get no answer, as a network policy drops them, from errors that somebody answered: a refused connection, or a name
// that the resolver knows not to exist.

const silence = /time(?:d)?[ -]?out|deadline exceeded|ETIMEDOUT|no route to host|EHOSTUNREACH|network is unreachable/i;
const resolverSilence =
  /EAI_AGAIN|try again|temporary failure in name resolution|Errno -3\b|\blookup\b.{0,300}time(?:d)?[ -]?out|(?:resolv|dns|nameserver).{0,200}time(?:d)?[ -]?out|no servers could be reached/i;

export const isResolverSilent = (line: string): boolean => resolverSilence.test(line);

/** Whether the line says that this host did not answer a connection. */
export const isSilent = (line: string, host: string): boolean =>
  silence.test(line) && !resolverSilence.test(line) && wordsOf(line).includes(host.toLowerCase());

const wordsOf = (line: string): string[] => line.toLowerCase().split(/[^a-z0-9-]+/);
