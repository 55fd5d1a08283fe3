export { s3Anchors } from './anchors.ts';
export { s3Copies } from './copies.ts';
export { s3Documents } from './documents.ts';
export { s3Evidence } from './evidence.ts';
export { s3Tape } from './tape.ts';
