// Wordings of name resolution, TLS, HTTP and gRPC clients, proxies and gateways.
import { host, type SystemWordings, urlHost, wording } from './wording.ts';

const r = String.raw;
/** Not in the middle of a word or a time, and not a source file with a line number. */
const notFile = r`(?<![\w.-])(?![\w.-]{1,80}\.(?:go|java|kt|scala|py|rb|php|[jt]sx?|cs|rs|cc?|cpp|h):)`;
/** Units and nouns after a number that is a count, not a status. */
const counted = '(?:[mµun]?s|seconds|rows?|items?|records?|results?|entries|lines?|events?|bytes|[KMG]i?B|%)';
const fails = r`(?:refused|reset|unavailable|unreachable|timed? ?out|no route to host|deadline exceeded|EOF|status:? 50[0-4]|50[234]\b)`;
const expired =
  '(?:certificate (?:has |is )?expired|certificate is not (?:yet )?valid|certificate has expired or is not yet valid|CERT_HAS_EXPIRED|CERTIFICATE_VERIFY_FAILED.{0,40}expired|SSL certificate.{0,40}expired|CertificateExpiredException|NotAfter: )';
/** Clients add the address of their manual. */
const notManual = r`(?!https?:\/\/(?:curl\.|docs?\.|learn\.|[\w.-]{1,80}\/docs?\/))`;
const untrusted = r`(?:signed by unknown authority|unable to (?:get local issuer certificate|verify the first certificate)|self[- ]signed certificate|PKIX path building failed|UNABLE_TO_VERIFY_LEAF_SIGNATURE|DEPTH_ZERO_SELF_SIGNED_CERT|PartialChain|UntrustedRoot|unable to find valid certification path|certificate is valid for .{1,200}, not |does not match (?:the )?(?:certificate|target host|certificate's altnames)|altnames|no subject alternative (?:DNS )?names? |RemoteCertificateNameMismatch|remote error: tls: (?:bad|unknown) certificate)`;
/** The address after the error: a client's own words, not a link to help. */
const towards = r`\b(?:for|request to|connecting to|calling) ["'(]?${urlHost}`;
const ofUrl = r`${urlHost}(?::\d{1,5})?(?:[\/"'\s:].{0,300})?`;

export const networkWordings: readonly SystemWordings[] = [
  {
    system: 'TLS libraries (OpenSSL, Go crypto/x509, JSSE, SChannel)',
    source: 'https://docs.openssl.org/master/man1/openssl-verification-options/',
    wordings: [
      wording(
        'certificate-expired',
        'peer',
        0.85,
        ofUrl + expired,
        'Get "https://ledger-api:8443/v1": x509: certificate has expired or is not yet valid',
      ),
      wording(
        'certificate-expired',
        'peer',
        0.85,
        r`HTTPSConnectionPool\(host='(?<to>[a-z][\w.-]{0,250})'.{0,400}?${expired}`,
        "HTTPSConnectionPool(host='ledger-api', port=8443): Max retries exceeded with url: /v1 (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)')))",
      ),
      wording(
        'certificate-expired',
        'peer',
        0.85,
        r`(?:${expired}|(?:PKIX|certificate|CertPath|SSL|TLS).{0,300}?notAfter[=:]).{0,200}?${notManual}${urlHost}`,
        'SSLHandshakeException: PKIX path validation failed: validity check failed: NotAfter: Sat Nov 21 03:18:00 UTC 2026, GET https://ledger-api:8443/v1',
      ),
      wording(
        'certificate-expired',
        'peer',
        0.85,
        `${expired}.{0,120}?${towards}`,
        'cURL error 60: SSL certificate problem: certificate has expired for https://ledger-api:8443/v1',
      ),
      wording('certificate-expired', 'peer', 0.85, `${expired}|validity check failed`, 'Error: CERT_HAS_EXPIRED'),
      wording(
        'certificate-invalid',
        'peer',
        0.8,
        ofUrl + untrusted,
        'Post "https://ledger-api:8443/v1": x509: certificate signed by unknown authority (possibly because of "crypto/rsa")',
      ),
      wording(
        'certificate-invalid',
        'peer',
        0.8,
        r`certificate is valid for .{1,200}, not (?<to>[a-z](?:[a-z0-9.-]{0,250}[a-z0-9])?)`,
        'tls: failed to verify certificate: x509: certificate is valid for ledger-internal, not ledger-api.billing.svc',
      ),
      wording(
        'certificate-invalid',
        'peer',
        0.75,
        r`(?:x509|tls|ssl|certificate|cert|PKIX|handshake|https).{0,200}?${untrusted}|${untrusted}.{0,80}(?:x509|tls|ssl|cert|CN=)|UNABLE_TO_VERIFY_LEAF_SIGNATURE|DEPTH_ZERO_SELF_SIGNED_CERT`,
        'javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target',
      ),
    ],
  },
  {
    system: 'Resolvers (Go, libc, Node.js, Java, curl)',
    source: 'https://man7.org/linux/man-pages/man3/getaddrinfo.3.html',
    wordings: [
      wording(
        'dns-failure',
        'peer',
        0.75,
        r`HTTPS?ConnectionPool\(host='(?<to>[a-z][\w.-]{0,250})'.{0,400}?(?:NameResolutionError|name resolution|Name or service not known|nodename nor servname)`,
        "HTTPConnectionPool(host='ledger-api', port=80): Max retries exceeded with url: / (Caused by NameResolutionError(\"Failed to resolve 'ledger-api'\"))",
      ),
      wording(
        'dns-failure',
        'peer',
        0.7,
        r`(?:ENOTFOUND|EAI_AGAIN|could not resolve host:?|(?:DNS|name) resolution failed for|produced zero addresses for|unknown host:?|UnknownHostException:?|failed to resolve|host not found in upstream|could not be resolved:?|cannot resolve host:?) ["']?${host}(?=[\s:.,"')/]|$)`,
        'curl: (6) Could not resolve host: ledger-api',
      ),
      wording(
        'dns-failure',
        'peer',
        0.7,
        r`lookup ${host}(?: on \S{1,60})?: (?:no such host|server misbehaving|temporary failure|i\/o timeout|(?:read|write|dial) (?:udp|tcp))`,
        'dial tcp: lookup ledger-api: i/o timeout',
      ),
      wording(
        'dns-failure',
        'peer',
        0.7,
        r`cannot connect to host ${host}:\d{1,5}.{0,40}(?:name or service not known|no address associated|name resolution)`,
        'Cannot connect to host ledger-api:80 ssl:default [Name or service not known]',
      ),
      wording(
        'dns-failure',
        'peer',
        0.65,
        'no such host|NXDOMAIN|SERVFAIL|temporary failure in name resolution|name or service not known|name resolver error|getaddrinfo|failed to lookup address information|name does not resolve',
        'socket.gaierror: [Errno -3] Temporary failure in name resolution',
      ),
    ],
  },
  {
    system: 'HTTP clients of Python (requests, urllib3, aiohttp, httpx)',
    source: 'https://urllib3.readthedocs.io/en/stable/reference/urllib3.exceptions.html',
    wordings: [
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`HTTPS?ConnectionPool\(host='(?<to>[a-z][\w.-]{0,250})'`,
        "HTTPConnectionPool(host='ledger-api', port=8080): Read timed out. (read timeout=5)",
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`cannot connect to host ${host}:\d{1,5}`,
        "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host ledger-api:8080 ssl:default [Connect call failed ('10.0.0.7', 8080)]",
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.45,
        r`httpx\.(?:Connect|Read|Pool|Write)(?:Error|Timeout)|requests\.exceptions\.(?:ConnectionError|ConnectTimeout|ReadTimeout)`,
        'httpx.ConnectTimeout',
      ),
    ],
  },
  {
    system:
      'HTTP clients that give the URL which answered with a status of 500 or above (Feign, Spring, Guzzle, requests, httpx)',
    source: 'https://github.com/OpenFeign/feign/blob/master/core/src/main/java/feign/FeignException.java',
    wordings: [
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`\[5\d\d[\w ]{0,40}\] during \[[A-Z]{3,7}\] to \[${urlHost}`,
        'feign.FeignException$InternalServerError: [500] during [POST] to [http://ledger-api:8080/v1/entries] [LedgerClient#add(Entry)]: [{"status":500}]',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`\b5\d\d [A-Za-z ]{4,40} from (?:GET|POST|PUT|PATCH|DELETE|HEAD) ${urlHost}`,
        'WebClientResponseException$InternalServerError: 500 Internal Server Error from POST http://ledger-api:8080/v1/entries',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`server error: .(?:GET|POST|PUT|PATCH|DELETE|HEAD) ${urlHost}.{0,300}resulted in a .5\d\d`,
        'Server error: `POST http://ledger-api/v1/entries` resulted in a `503 Service Unavailable` response',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`(?:5\d\d server error: .{1,60}|server error '5\d\d [\w ]{2,40}') for url:? '?${urlHost}`,
        'requests.exceptions.HTTPError: 500 Server Error: Internal Server Error for url: http://ledger-api:8000/entries',
      ),
    ],
  },
  {
    system: 'HTTP clients of Java (JDK, Spring, Feign, OkHttp, Apache)',
    source: 'https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/net/package-summary.html',
    wordings: [
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`I\/O error on (?:GET|POST|PUT|PATCH|DELETE|HEAD) request for ["']?${urlHost}`,
        'I/O error on GET request for "http://ledger-api:8080/v1": Connection refused',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`(?:executing|refused|timed out).{0,30} (?:GET|POST|PUT|PATCH|DELETE|HEAD) ${urlHost}`,
        'feign.RetryableException: Read timed out executing POST http://ledger-api/v1/entries',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`(?:failed to connect to|connection refused(?: \(connection refused\))?:|connect to) \/?${host}(?:\/[\d.]{7,15})?:\d{2,5}`,
        'java.net.ConnectException: Failed to connect to ledger-api/10.0.0.7:8080',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.45,
        r`SocketTimeoutException: (?:read|connect) timed out|HttpTimeoutException|java\.net\.ConnectException`,
        'java.net.SocketTimeoutException: Read timed out',
      ),
    ],
  },
  {
    system: 'HTTP clients of PHP, Ruby, Rust and .NET',
    source: 'https://curl.se/libcurl/c/libcurl-errors.html',
    wordings: [
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`cURL error (?:7|28|52|56): .{0,40}(?:failed to connect to ${host} port)`,
        'cURL error 7: Failed to connect to ledger-api port 8080 after 0 ms: Connection refused',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`failed to connect to ${host} port \d{2,5}`,
        'curl: (7) Failed to connect to ledger-api port 8080: Connection refused',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`failed to open TCP connection to ${host}:\d{2,5}`,
        'Failed to open TCP connection to ledger-api:8080 (Connection refused - connect(2) for "ledger-api" port 8080)',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`(?:connection refused|actively refused it\.?|name or service not known|connection timed out) \(${host}:\d{2,5}\)`,
        'System.Net.Http.HttpRequestException: Connection refused (ledger-api:8080)',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.5,
        'tcp connect error|error sending request for url|Net::(?:Open|Read)Timeout|cURL error (?:7|28|52|56):',
        'error trying to connect: tcp connect error: Connection refused (os error 111)',
      ),
    ],
  },
  {
    system: 'nginx, HAProxy, Envoy and Traefik',
    source: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags',
    wordings: [
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`(?:while connecting to|while reading response header from) upstream,.{0,300}?upstream: "${urlHost}`,
        'connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, upstream: "http://ledger-api:8080/v1"',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.65,
        r`(?:Server|backend) ${host}(?:\/[\w.-]{1,80})? (?:is DOWN|has no server available)`,
        'backend ledger-api has no server available!',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.5,
        'no live upstreams|no healthy upstream|upstream connect error|upstream timed out|no available server',
        'upstream connect error or disconnect/reset before headers',
      ),
    ],
  },
  {
    system: 'gRPC',
    source: 'https://grpc.io/docs/guides/status-codes/',
    wordings: [
      wording(
        'data-invalid',
        'writer',
        0.7,
        'received message larger than max',
        'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5242880 vs. 4194304)',
      ),
      wording(
        'api-rate-limit',
        'peer',
        0.5,
        'code = ResourceExhausted|RESOURCE_EXHAUSTED',
        'rpc error: code = ResourceExhausted desc = quota',
      ),
      wording(
        'access-denied',
        'writer',
        0.55,
        'code = (?:PermissionDenied|Unauthenticated)|PERMISSION_DENIED|UNAUTHENTICATED:',
        'rpc error: code = PermissionDenied desc = caller may not read',
      ),
    ],
  },
  {
    system: 'Clients in general (Go, Node.js and others)',
    source: 'https://nodejs.org/api/errors.html#common-system-errors',
    wordings: [
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`\b(?:timed out|time-?out)\b.{0,40}?[\s:("]${urlHost}`,
        'connect timed out: https://ledger-api:8443/v1',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`\b(?:threads?|workers?|requests?|goroutines?)\b.{0,60}\b(?:busy|blocked|stuck|hung)\b.{0,30}\bwaiting (?:for|on) ${urlHost}`,
        'no worker available: all 200 threads busy waiting for http://ledger-api:8080',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.6,
        r`${notFile}${host}:\d{2,5}\b.{0,80}${fails}`,
        'dial tcp ledger-api:8443: connect: connection refused',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.55,
        r`(?:upstream|calling|call to|connect to|connection to|connecting to|connected to|request to|response from|error from|ECONNREFUSED|ETIMEDOUT)\s{1,3}(?:service |server |host )?["'\`]?${host}\b(?=.{0,100}${fails})`,
        'failed to connect to ledger-api: connection refused',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.55,
        r`(?:failed|unable|cannot|could not)\b.{0,20}(?:connect|connecting|connection) to (?:the |remote )?(?:service |server |host |database |redis |at )?["'\`]?${host}:\d{2,5}\b`,
        'Unable to connect to ledger-api:8443',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.55,
        r`${urlHost}(?::\d{1,5})?(?:\/[^\s"'<>]{0,300})?["']? (?:(?:returned|answered|responded)(?: with)?|is) (?:an? )?(?:HTTP )?(?:status )?50[0-4]\b(?! ?${counted}\b)`,
        'upstream http://ledger-api:8080/v1/entries answered 500 Internal Server Error',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.55,
        r`\b50[0-4] [A-Za-z ]{3,30} from (?:GET|POST|PUT|PATCH|DELETE|HEAD) ${urlHost}`,
        '503 Service Unavailable from GET http://ledger-api:8080/v1/entries',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.55,
        r`(?<![\w./-])${host} (?:(?:returned|answered|responded)(?: with)?|is) (?:an? )?(?:HTTP )?(?:status )?(?:50[0-4](?! ?${counted}\b)|unavailable)`,
        'ledger-api returned 503',
      ),
      wording(
        'dependency-unavailable',
        'peer',
        0.45,
        r`connection refused|ECONNREFUSED|connection reset by peer|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|no route to host|network is unreachable|i\/o timeout|context deadline exceeded|DEADLINE_EXCEEDED|No connection could be made|connection (?:attempt )?timed out|Connection error|broken pipe|socket hang up|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|code = Unavailable|UNAVAILABLE: io exception`,
        'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      ),
    ],
  },
];
