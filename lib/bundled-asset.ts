// The bundle of an entry as an asset of the CDK.
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import type { AssetOptions } from 'aws-cdk-lib/aws-s3-assets';
import { bundle, type Entry } from './bundle.ts';
import type { BundledFile } from './capabilities.ts';

/** The asset's hash is that of the bundle; without bundling (tests) it is that of the asset's own path. */
export const bundledAsset = (entry: Entry, files: readonly BundledFile[]): AssetOptions => ({
  assetHashType: AssetHashType.OUTPUT,
  bundling: {
    image: DockerImage.fromRegistry('unused'),
    local: {
      tryBundle: (output) => {
        bundle(output, entry, files);
        return true;
      },
    },
  },
});
