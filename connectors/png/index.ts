// The Charts port: it renders SVG to PNG by resvg in WebAssembly, with the same bytes on every machine and architecture. The caller passes the
// module and the font as values; the composition root decides where to read them.
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import type { Charts } from '../../core/ports/world.ts';

interface PngParts {
  /** Bytes of `@resvg/resvg-wasm/index_bg.wasm`. */
  readonly wasm: () => Promise<Uint8Array<ArrayBuffer>>;
  /** A TrueType font. */
  readonly font: () => Promise<Uint8Array>;
}

let ready: Promise<void> | undefined;

/** PNG pixels per SVG pixel, because people read chats on high-resolution screens. */
const zoom = 2;

export function pngCharts({ wasm, font }: PngParts): Charts {
  let fontBytes: Promise<Uint8Array> | undefined;
  return {
    async png(svg) {
      ready ??= wasm().then(initWasm);
      fontBytes ??= font();
      const [bytes] = await Promise.all([fontBytes, ready]);
      const resvg = new Resvg(svg, {
        fitTo: { mode: 'zoom', value: zoom },
        font: { fontBuffers: [bytes], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
      });
      try {
        const image = resvg.render();
        try {
          return image.asPng();
        } finally {
          image.free();
        }
      } finally {
        resvg.free();
      }
    },
  };
}
