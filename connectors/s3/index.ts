export { s3Evidence } from './evidence.ts';
