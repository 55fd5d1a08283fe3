// Wordings of Kubernetes and of what its nodes run: the kernel's network, time services, network plugins, container runtimes, the API server.
import { type SystemWordings, wording } from './wording.ts';

const r = String.raw;

export const kubernetesWordings: readonly SystemWordings[] = [
  {
    system: 'Linux connection tracking',
    source: 'https://docs.kernel.org/networking/nf_conntrack-sysctl.html',
    wordings: [
      wording(
        'connection-tracking-full',
        'writer',
        0.9,
        r`nf_conntrack: table full|conntrack(?: table)? (?:is )?full`,
        'nf_conntrack: nf_conntrack: table full, dropping packet',
      ),
    ],
  },
  {
    system: 'chrony, ntpd and systemd-timesyncd',
    source: 'https://chrony-project.org/doc/4.5/chronyd.html',
    wordings: [
      wording(
        'clock-skew',
        'writer',
        0.9,
        r`system clock (?:wrong by|was stepped by) -?(?:[5-9]|\d{2,})(?:\.\d+)? seconds|time has been changed by -?(?:[5-9]|\d{2,})`,
        'System clock wrong by 7200.412 seconds',
      ),
    ],
  },
  {
    system: 'Tokens and signatures with a time (RFC 7519, AWS, Kerberos)',
    source: 'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5',
    wordings: [
      wording(
        'clock-skew',
        'writer',
        0.6,
        r`clock skew (?:is )?(?:too great|detected|exceed)|RequestTimeTooSkewed|token (?:is )?not valid yet|not valid yet \(nbf\)|token is not yet valid|token used before issued|(?:JWT|token|signature).{0,30}(?:not yet (?:valid|current)|issued in the future|iat.{0,20}future)`,
        'invalid bearer token, validation failed, token not valid yet (nbf)',
      ),
    ],
  },
  {
    system: 'Container images',
    source: 'https://docs.docker.com/build/building/multi-platform/',
    wordings: [
      wording(
        'image-architecture',
        'writer',
        0.85,
        r`no match(?:ing manifest)? for (?:platform|linux\/)|image.{0,60}platform.{0,60}does not match`,
        'no matching manifest for linux/arm64/v8 in the manifest list entries',
      ),
      wording(
        'image-architecture',
        'writer',
        0.8,
        'exec format error',
        'exec /usr/local/bin/router: exec format error',
      ),
    ],
  },
  {
    system: 'Kubernetes API server, access by role',
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
    wordings: [
      wording(
        'access-denied',
        'writer',
        0.8,
        r`is forbidden: User \\?"|User \\?"system:serviceaccount:[^"\\]+\\?" cannot `,
        'configmaps "leader" is forbidden: User "system:serviceaccount:depot:sorter" cannot update resource "configmaps"',
      ),
    ],
  },
  {
    system: 'Network plugins that assign addresses',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/troubleshooting.md',
    wordings: [
      wording(
        'pod-address-exhausted',
        'writer',
        0.8,
        r`InsufficientFreeAddressesInSubnet|failed to assign an IP address|no (?:more |free |available )+IP addresses|not enough IPs available|no IP addresses available in range set`,
        'ipamd: Failed to increase pool size: InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses',
      ),
    ],
  },
];
