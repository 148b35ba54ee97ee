import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const faces = ['400Regular/SourceSans3_400Regular.ttf', '600SemiBold/SourceSans3_600SemiBold.ttf'];

let ready: Promise<Uint8Array[]> | undefined;

/** Loads the renderer and the font of pictures, once: servers have no fonts of their own. */
async function prepare(): Promise<Uint8Array[]> {
  await initWasm(readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return Promise.all(
    faces.map((face) => readFile(require.resolve(`@expo-google-fonts/source-sans-3/${face}`))),
  );
}

/** A PNG of an SVG, twice as large, for screens and print. */
export async function toPng(svg: string): Promise<Uint8Array> {
  const fontBuffers = await (ready ??= prepare());
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontBuffers, defaultFontFamily: 'Source Sans 3', sansSerifFamily: 'Source Sans 3' },
  });
  try {
    return image.render().asPng();
  } finally {
    image.free();
  }
}
