// Creates the edge source of the configured Fastly services.
import type { MakeSource } from '../source-kind.ts';
import { fastlyEdge } from './index.ts';
import type { FastlySettings } from './manifest.ts';

export const make: MakeSource<FastlySettings> = ({ services }) => ({ edge: fastlyEdge({ services }) });
