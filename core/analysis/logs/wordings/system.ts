// Wordings of kernels, runtimes, file systems, shells and programs that start.
import { type SystemWordings, wording } from './wording.ts';

const r = String.raw;
/** A program that says that it ignores a setting goes on without it. */
const notIgnored = '(?!.{0,200}\\bignor(?:ed|ing))';

export const systemWordings: readonly SystemWordings[] = [
  {
    system: 'Linux kernel',
    source: 'https://docs.kernel.org/admin-guide/mm/concepts.html#oom-killer',
    wordings: [
      wording(
        'oom-killed',
        'writer',
        0.8,
        r`out of memory: killed process|oom-kill:constraint=|memory cgroup out of memory|oom-?kill(?:er|ed)`,
        'Memory cgroup out of memory: Killed process 4711 (java) total-vm:2097152kB',
      ),
      wording(
        'disk-errors',
        'writer',
        0.8,
        r`I\/O error, dev \w+|buffer I\/O error|EXT4-fs error|XFS \(\w+\): (?:metadata I\/O error|corruption)|remounting filesystem read-only`,
        'I/O error, dev nvme1n1, sector 123456 op 0x1:(WRITE)',
      ),
      wording(
        'disk-errors',
        'writer',
        0.5,
        r`task [\w:/.-]{1,40} blocked for more than \d+ seconds`,
        'INFO: task jbd2/nvme1n1-8:1234 blocked for more than 120 seconds.',
      ),
      wording(
        'traffic-surge',
        'writer',
        0.5,
        'possible SYN flooding on port',
        'TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.',
      ),
    ],
  },
  {
    system: 'Limits of processes',
    source: 'https://man7.org/linux/man-pages/man3/errno.3.html',
    wordings: [
      wording(
        'process-limit-reached',
        'writer',
        0.85,
        'too many open files|\\b(?:EMFILE|ENFILE)\\b|inotify watch(?:es)? limit|number of file watchers reached|inotify instances',
        'accept tcp [::]:8080: accept4: too many open files',
      ),
      wording(
        'process-limit-reached',
        'writer',
        0.8,
        r`unable to create (?:new )?native thread|can't start new thread|pthread_create failed|fork: (?:retry: )?resource temporarily unavailable`,
        'java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached',
      ),
      wording(
        'process-limit-reached',
        'writer',
        0.75,
        r`RejectedExecutionException|reached (?:pm\.)?max_children|reached MaxRequestWorkers|thread ?pool (?:is )?(?:exhausted|starv\w+|saturated)|all (?:worker|request) threads (?:are )?busy|worker_connections are not enough`,
        'WARNING: [pool www] server reached pm.max_children setting (50), consider raising it',
      ),
    ],
  },
  {
    system: 'Memory of runtimes (JVM, V8, CLR, CPython, PHP, Ruby, Go)',
    source: 'https://docs.oracle.com/en/java/javase/21/troubleshoot/troubleshooting-memory-leaks.html',
    wordings: [
      wording(
        'heap-exhausted',
        'writer',
        0.75,
        r`OutOfMemoryError: (?:java heap space|GC overhead|metaspace|direct buffer|compressed class|requested array)|heap out of memory|allowed memory size of \d+ bytes exhausted|System\.OutOfMemoryException|NoMemoryError|runtime: out of memory|\bMemoryError\b|bad_alloc`,
        'java.lang.OutOfMemoryError: Java heap space',
      ),
      wording(
        'oom-killed',
        'writer',
        0.6,
        r`OutOfMemory(?:Error|Exception)?|cannot allocate memory`,
        'fork/exec /bin/sh: cannot allocate memory',
      ),
    ],
  },
  {
    system: 'Files, volumes and ports',
    source: 'https://man7.org/linux/man-pages/man3/errno.3.html',
    wordings: [
      wording(
        'disk-full',
        'writer',
        0.85,
        'no space left on device|ENOSPC|disk (?:is |quota )?(?:full|exceeded)',
        'write /data/wal/7: no space left on device',
      ),
      wording(
        'port-conflict',
        'writer',
        0.85,
        r`(?<!mail )address already in use(?! by)|EADDRINUSE|port \d{1,5} (?:was|is) already in use`,
        'listen tcp :8080: bind: address already in use',
      ),
      wording(
        'volume-permission-denied',
        'writer',
        0.75,
        r`(?:open|mkdir|create|write|unlink|chown|rename|access|cannot open|can't open|failed opening)\b.{0,100}(?:\/|\w\.\w).{0,200}permission denied|\bEACCES\b|\bPermissionError\b|data directory \S{0,120} ?is not writable|AccessDeniedException: \/|permission denied.{0,5}['":(]? ?\/|read-only file system`,
        "PermissionError: [Errno 13] Permission denied: '/data'",
      ),
    ],
  },
  {
    system: 'Programs that start: commands, scripts, modules, settings',
    source: 'https://www.gnu.org/software/bash/manual/html_node/Exit-Status.html',
    wordings: [
      wording(
        'command-invalid',
        'writer',
        0.75,
        'executable file not found|exec: ".{1,80}": (?:stat|no such)',
        'exec: "serve": executable file not found in $PATH',
      ),
      wording(
        'command-invalid',
        'writer',
        0.7,
        r`(?:sh|bash)\b.{0,40}: (?:syntax error|.{0,60}unexpected (?:token|end of file|EOF))|(?:sh|bash|line \d+): .{0,60}: (?:command )?not found|can't open '.{1,120}': no such file`,
        '/bin/sh: syntax error: unexpected "done"',
      ),
      wording(
        'secret-missing',
        'writer',
        0.55,
        r`(?:required |missing )(?:required )?env(?:ironment)?(?: variable|\.| var)?|environment variable .{1,80}(?:is )?(?:not set|missing|required)|secret .{1,80}not found|could not resolve placeholder`,
        'environment variable STRIPE_KEY is not set',
      ),
      wording(
        'secret-missing',
        'writer',
        0.6,
        r`(?:open|load|read|stat|find|access)\w{0,3}\b.{0,60}?['" (]\/[\w./-]{1,200}(?:secrets?|tls|certs?|ssl|\.(?:crt|pem|key|jks|p12))[\w./-]{0,80}['"]?\)?:? .{0,40}(?:no such file|not found|does not exist|cannot find)`,
        'panic: unable to load key: open /etc/tls/tls.key: no such file or directory',
      ),
      wording(
        'configuration-invalid',
        'writer',
        0.7,
        r`unknown (?:field|directive|flag|option|configuration (?:key|option|property))\b${notIgnored}|unrecognized (?:option|arguments?|configuration)${notIgnored}|ConfigValidationException|(?:config(?:uration)?|required) property .{1,120}(?:is required but|could not be found)|flag provided but not defined|yaml: (?:line \d+|unmarshal)|error (?:parsing|loading|reading) (?:the )?config(?:uration)?\b|(?:invalid|bad|could not parse|failed to (?:parse|load|read)) (?:the )?config(?:uration)?(?: file)?\b|required (?:setting|property|configuration|key) .{1,80}(?:missing|not (?:set|found))`,
        'nginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/conf.d/site.conf:12',
      ),
      wording(
        'code-change',
        'writer',
        0.55,
        r`ModuleNotFoundError|cannot find module '|ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|UnsupportedClassVersionError|could not find or load main class|(?:^|\W)(?:SyntaxError|IndentationError): |undefined method|AttributeError: .{1,80}has no attribute`,
        "ModuleNotFoundError: No module named 'psycopg2'",
      ),
    ],
  },
  {
    system: 'Spring Boot, analyses of a failed start',
    source: 'https://docs.spring.io/spring-boot/how-to/application.html#howto.application.failure-analyzer',
    wordings: [
      wording(
        'configuration-invalid',
        'writer',
        0.8,
        r`failed to bind properties under '|failed to configure a DataSource: '|config data (?:resource|location) .{1,200} (?:does not exist|cannot be found)|configuration property name .{1,120} is not valid|Could not resolve placeholder '[^']{1,120}' in value|invalid value '[^']{0,120}' for configuration property|property .{1,120} (?:is|was) (?:not valid|invalid)|ConfigurationPropertiesBindException`,
        "APPLICATION FAILED TO START ← Failed to bind properties under 'mail.retry.pause' to java.time.Duration:",
      ),
      wording(
        'code-change',
        'writer',
        0.6,
        r`APPLICATION FAILED TO START.{0,200}(?:required a (?:single )?bean|attempt was made to call a method that does not exist|form a cycle|could not be registered)|NoSuchBeanDefinitionException|NoUniqueBeanDefinitionException`,
        "APPLICATION FAILED TO START ← Parameter 0 of constructor in com.acme.mail.Sender required a bean of type 'com.acme.mail.Pool' that could not be found.",
      ),
    ],
  },
  {
    system: 'Input that a program reads',
    source: 'https://www.rfc-editor.org/rfc/rfc8259',
    wordings: [
      wording(
        'data-invalid',
        'writer',
        0.6,
        r`JSON\.?(?:parse|decode)?(?:Error|Exception)|JsonParseException|unexpected (?:token|end of (?:JSON|input|file|data))|invalid (?:UTF-8|byte sequence|JSON|XML|CSV|record|payload)|malformed (?:record|row|message|payload|input|JSON|XML|CSV|line)|NumberFormatException|(?:schema|payload|record|row) validation (?:failed|error)|cannot deserialize|Unrecognized field`,
        'json.decoder.JSONDecodeError: Expecting value: line 1 column 1',
      ),
    ],
  },
];
