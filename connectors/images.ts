// Images that run: which services use them, as sources of clusters and of tasks read it, and the parts of a reference to Elastic Container Registry.
import type { ImagesInUse, ReadImages } from './source-kind.ts';

/** The images of several sources together. One that fails is missing. */
export const imagesOfAll =
  (all: readonly { readonly name: string; load(): Promise<ReadImages> }[]): ReadImages =>
  async (scope) => {
    const read = await Promise.all(
      all.map(async ({ name, load }): Promise<ImagesInUse> => {
        try {
          return await (await load())(scope);
        } catch {
          return { images: [], missing: [`the images that ${name} would know`] };
        }
      }),
    );
    const images = new Map(
      read.flatMap((one) => one.images).map((one) => [`${one.service}\n${one.reference}`, one] as const),
    );
    return { images: [...images.values()], missing: read.flatMap((one) => one.missing) };
  };

export interface RegistryImage {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly tag?: string | undefined;
  /** `sha256:…`. */
  readonly digest?: string | undefined;
}

/**
 * Registries of accounts, also with FIPS or dual-stack addresses: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html and
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html. The repository's form: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 */
const pattern =
  /^(?:docker-pullable:\/\/)?(\d{12})\.(?:dkr\.ecr(?:-fips)?\.([a-z0-9-]{5,30})\.amazonaws\.com(?:\.cn)?|dkr-ecr(?:-fips)?\.([a-z0-9-]{5,30})\.on\.(?:aws|amazonwebservices\.com\.cn))\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Undefined for an image of another registry. */
export function registryImage(reference: string): RegistryImage | undefined {
  if (reference.length > 600) return undefined;
  const [, account, region, dual, repository, tag, digest] = pattern.exec(reference) ?? [];
  const at = region ?? dual;
  if (account === undefined || at === undefined || repository === undefined || repository.length > 256)
    return undefined;
  return { account, region: at, repository, tag, digest };
}
