// Finds the object that a line of a kubelet, a container runtime or a controller is about. These programs serve the whole node or cluster and name
// the object in the line: klog writes `pod="shop/cart-1"` (https://github.com/kubernetes/klog), the CRI plugin of containerd writes a PodSandboxMetadata.
import type { LogRecord } from '../../model/telemetry.ts';

type Labels = LogRecord['labels'];

const inKlog =
  /\b(?<kind>pods?|object|deployment|statefulSet|daemonSet|replicaSet|job|cronJob|service|endpoints)=(?:\["?|")?(?<namespace>[a-z0-9-]{1,63})\/(?<name>[a-z0-9][a-z0-9.-]{0,252})(?="|\]|\s|$)/i;
const kindBeside = /\bkind="?(?<kind>[A-Za-z]+)"?/;
const inCri = /PodSandboxMetadata\{Name:(?<name>[a-z0-9.-]+),.{0,80}?Namespace:(?<namespace>[a-z0-9-]+),/;
const inOldKubelet = /\bpod "?(?<name>[a-z0-9][a-z0-9.-]*)_(?<namespace>[a-z0-9-]+)\([0-9a-f-]{8,}\)/;

/** Lines about the node's own parts, although they name a pod that meets the failure. */
const aboutNode =
  /containerd\.sock|crio\.sock|dockershim|runtime is down|PLEG is not healthy|runtime network not ready|node .{0,60}not ready/i;
const programs =
  /^(?:kubelet|containerd|crio|cri-o|kube-controller-manager|kube-scheduler|cloud-controller-manager|cluster-autoscaler|karpenter|csi-.+|.*-provisioner|.*-attacher)$/;

/** The labels of the object that the line names; the line's own labels if it names none, or if an ordinary program wrote it. */
export function labelsOfObject(labels: Labels, text: string): Labels {
  const writer = (labels.unit ?? labels.container ?? labels.service ?? '').replace(/\.service$/, '');
  if (!programs.test(writer) || aboutNode.test(text)) return labels;
  const named = (inKlog.exec(text) ?? inCri.exec(text) ?? inOldKubelet.exec(text))?.groups;
  if (!named?.name || !named.namespace) return labels;
  const beside = /^object$/i.test(named.kind ?? '') ? kindBeside.exec(text)?.groups?.kind : named.kind;
  const where = { ...(labels.cluster && { cluster: labels.cluster }), namespace: named.namespace };
  return /^pods?$/i.test(beside ?? 'pod') ? { ...where, pod: named.name } : { ...where, service: named.name };
}
