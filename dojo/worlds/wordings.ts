// The same error in the words of other stacks. Each entry matches one wording with the parts that it names (host, port, user, text) and gives the
// other wordings; a part that is missing takes the entry's default. The wordings are those of the named libraries.
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';
import { applied, doesNotApply, type Transformation } from './transformation.ts';

interface Wording {
  /** Every pattern that means this error, with the groups that `others` name. */
  readonly means: readonly RegExp[];
  readonly others: readonly string[];
  readonly without?: Readonly<Record<string, string>>;
}

const wordings: readonly Wording[] = [
  {
    means: [/^POST https?:\/\/(?<host>[\w.-]+):(?<port>\d+)(?<path>\/\S*) failed: x509: certificate has expired.*$/],
    others: [
      // Java, JSSE
      'javax.net.ssl.SSLHandshakeException: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed (https://{host}:{port}{path}) Caused by: java.security.cert.CertificateExpiredException: NotAfter: Sun Nov 22 14:17:59 GMT 2026',
      // Python, requests
      "requests.exceptions.SSLError: HTTPSConnectionPool(host='{host}', port={port}): Max retries exceeded with url: {path} (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)')))",
      // Node
      'Error: certificate has expired at TLSSocket.onConnectSecure (node:_tls_wrap:1674:34) code: CERT_HAS_EXPIRED, request to https://{host}:{port}{path} failed',
      // curl and PHP
      'cURL error 60: SSL certificate problem: certificate has expired for https://{host}:{port}{path}',
    ],
  },
  {
    means: [/^dial tcp: lookup (?<host>[\w.-]+) on [\d.]+:53: (?:no such host|server misbehaving|i\/o timeout)$/],
    others: [
      'java.net.UnknownHostException: {host}: Temporary failure in name resolution',
      "urllib3.exceptions.NameResolutionError: Failed to resolve '{host}' ([Errno -3] Temporary failure in name resolution)",
      'Error: getaddrinfo EAI_AGAIN {host}',
      'System.Net.Http.HttpRequestException: Resource temporarily unavailable ({host}:443)',
      'php_network_getaddresses: getaddrinfo for {host} failed: Temporary failure in name resolution',
    ],
  },
  {
    means: [
      /^(?:POST https?:\/\/)?(?<host>[a-z][\w.-]*):(?<port>\d+)(?:\/\S*)?: (?:dial tcp [\d.:]+: )?connect: connection refused$/,
    ],
    others: [
      'java.net.ConnectException: Connection refused: {host}/10.96.12.4:{port}',
      "requests.exceptions.ConnectionError: HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: / (Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))",
      'FetchError: request to http://{host}:{port}/ failed, reason: connect ECONNREFUSED 10.96.12.4:{port}',
      'System.Net.Http.HttpRequestException: Connection refused ({host}:{port})',
      'cURL error 7: Failed to connect to {host} port {port} after 0 ms: Connection refused for http://{host}:{port}/',
    ],
  },
  {
    means: [/^(?:POST https?:\/\/)?(?<host>[a-z][\w.-]*):(?<port>\d+)(?:\/\S*)?: (?:dial tcp [\d.:]+: )?i\/o timeout$/],
    others: [
      'org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://{host}:{port}/": Connect timed out',
      "requests.exceptions.ConnectTimeout: HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: / (Caused by ConnectTimeoutError('Connection to {host} timed out. (connect timeout=5)'))",
      'Error: connect ETIMEDOUT 10.96.12.4:{port} (http://{host}:{port}/)',
      'cURL error 28: Failed to connect to {host} port {port} after 5001 ms: Timeout was reached',
    ],
  },
  {
    means: [
      /^(?:java\.sql\.SQLException: )?Access denied for user '(?<user>[\w-]+)'@'(?<from>[\w.-]+)' \(using password: YES\)$/,
    ],
    others: [
      // Go
      "Error 1045 (28000): Access denied for user '{user}'@'{from}' (using password: YES)",
      // Python
      "sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (1045, \"Access denied for user '{user}'@'{from}' (using password: YES)\")",
      // Node
      "Error: ER_ACCESS_DENIED_ERROR: Access denied for user '{user}'@'{from}' (using password: YES)",
      // PHP
      "SQLSTATE[HY000] [1045] Access denied for user '{user}'@'{from}' (using password: YES)",
    ],
  },
  {
    means: [/^java\.sql\.SQLNonTransientConnectionException: Too many connections$/],
    others: [
      'Error 1040 (08004): Too many connections',
      "sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (1040, 'Too many connections')",
      'Error: ER_CON_COUNT_ERROR: Too many connections',
      'SQLSTATE[08004] [1040] Too many connections',
    ],
  },
  {
    means: [
      /^HikariPool-1 - Connection is not available, request timed out after \d+ms.*$/,
      /^could not get a connection from the pool: .*$/,
    ],
    others: [
      'sqlalchemy.exc.TimeoutError: QueuePool limit of size 20 overflow 10 reached, connection timed out, timeout 30.00',
      'System.InvalidOperationException: Timeout expired. The timeout period elapsed prior to obtaining a connection from the pool. This may have occurred because all pooled connections were in use and max pool size was reached.',
      'SequelizeConnectionAcquireTimeoutError: Operation timeout',
      'org.apache.tomcat.jdbc.pool.PoolExhaustedException: [http-nio-8080-exec-7] Timeout: Pool empty. Unable to fetch a connection in 30 seconds, none available[size:20; busy:20; idle:0; lastwait:30000].',
    ],
  },
  {
    means: [
      /^java\.sql\.SQLException: The MySQL server is running with the --read-only option so it cannot execute this statement$/,
    ],
    others: [
      'Error 1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement',
      "(pymysql.err.OperationalError) (1290, 'The MySQL server is running with the --read-only option so it cannot execute this statement')",
      'Error: ER_OPTION_PREVENTS_STATEMENT: The MySQL server is running with the --read-only option so it cannot execute this statement',
    ],
  },
  {
    means: [
      /^com\.mysql\.cj\.jdbc\.exceptions\.CommunicationsException: Communications link failure: Connection refused \((?<host>[\w.-]+):(?<port>\d+)\)$/,
    ],
    others: [
      'dial tcp {host}:{port}: connect: connection refused',
      "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on '{host}:{port}' ([Errno 111] Connection refused)\")",
      'Error: connect ECONNREFUSED {host}:{port} at TCPConnectWrap.afterConnect [as oncomplete]',
      'MySqlConnector.MySqlException (0x80004005): Unable to connect to any of the specified MySQL hosts: {host}:{port}. Connection refused',
    ],
  },
  {
    means: [/^listen tcp :(?<port>\d+): bind: address already in use$/],
    others: [
      'Web server failed to start. Port {port} was already in use.',
      'java.net.BindException: Address already in use: bind (0.0.0.0:{port})',
      "OSError: [Errno 98] Address already in use: ('0.0.0.0', {port})",
      'Error: listen EADDRINUSE: address already in use :::{port}',
      'System.IO.IOException: Failed to bind to address http://[::]:{port}: address already in use.',
      'nginx: [emerg] bind() to 0.0.0.0:{port} failed (98: Address already in use)',
    ],
  },
  {
    means: [/^Error writing file '(?<path>[^']+)' \(errno: 28 - No space left on device\)$/],
    others: [
      '[ERROR] [MY-012639] [InnoDB] Write to file {path} failed at offset 1048576, 16384 bytes should have been written, only 0 were written. Operating system error number 28: No space left on device',
      'ERROR: could not extend file "{path}": No space left on device',
      'write {path}: no space left on device',
      'java.io.IOException: No space left on device ({path})',
    ],
  },
  {
    means: [/^mkdir: cannot create directory '(?<path>[^']+)': Permission denied$/],
    others: [
      'java.nio.file.AccessDeniedException: {path}',
      "PermissionError: [Errno 13] Permission denied: '{path}'",
      "Error: EACCES: permission denied, mkdir '{path}'",
      'mkdir {path}: permission denied',
    ],
  },
  {
    means: [/^panic: runtime error: index out of range \[\d+\] with length \d+$/],
    others: [
      'Exception in thread "main" java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 3',
      'IndexError: list index out of range',
      "TypeError: Cannot read properties of undefined (reading '3')",
      'Unhandled exception. System.IndexOutOfRangeException: Index was outside the bounds of the array.',
      'PHP Fatal error:  Uncaught OutOfBoundsException: Index 3 out of range',
    ],
  },
  {
    means: [/^(?<host>[a-z][\w-]*):(?<port>\d+) answered (?:status )?(?<status>50[0-4])(?<rest> .*)?$/],
    others: [
      'org.springframework.web.client.HttpServerErrorException: {status} : [no body] for http://{host}:{port}/',
      'requests.exceptions.HTTPError: {status} Server Error for url: http://{host}:{port}/',
      'AxiosError: Request failed with status code {status} (http://{host}:{port}/)',
      'System.Net.Http.HttpRequestException: Response status code does not indicate success: {status}. (http://{host}:{port}/)',
      'unexpected status {status} from http://{host}:{port}/',
    ],
  },
];

/** The message in another stack's words, or undefined if the table has none for it. */
function inOtherWords(message: string, random: Random): ((text: string) => string) | undefined {
  for (const { means, others, without } of wordings) {
    if (!means.some((pattern) => pattern.test(message))) continue;
    const other = random.pick(others);
    return (text) => {
      const groups = means.map((pattern) => pattern.exec(text)).find((found) => found !== null)?.groups ?? {};
      return other.replaceAll(/\{(\w+)\}/g, (_, part: string) => groups[part] ?? without?.[part] ?? '');
    };
  }
  return undefined;
}

export const otherWording: Transformation = {
  name: 'other-wording',
  about: "errors in another stack's words",
  apply(recording: Recording, random) {
    /** One service speaks one language: all its lines of one kind get the same wording. */
    const chosen = new Map<string, (text: string) => string>();
    let changed = 0;
    const logs = recording.logs?.map((line) => {
      const place = wordings.findIndex(({ means }) => means.some((pattern) => pattern.test(line.message)));
      if (place < 0) return line;
      const key = `${line.labels.service ?? line.labels.pod} ${place}`;
      const tell = chosen.get(key) ?? inOtherWords(line.message, random);
      if (tell === undefined) return line;
      chosen.set(key, tell);
      changed += 1;
      return { ...line, message: tell(line.message) };
    });
    return logs === undefined || changed === 0
      ? doesNotApply('The table has no other words for any line of the log.')
      : applied({ ...recording, logs });
  },
};
