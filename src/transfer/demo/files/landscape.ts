/** What a picture shows. Colours as SVG knows them. */
export interface Landscape {
  /** From the zenith down to the horizon. */
  sky: readonly [string, string];
  sun: { x: number; y: number; color: string };
  /** Ranges of hills, the farthest first. */
  hills: readonly { height: number; steepness: number; color: string }[];
}

const WIDTH = 600;
const HEIGHT = 400;

/** Draws a landscape as SVG: the same picture each time. */
export function draw({ sky, sun, hills }: Landscape): string {
  const ranges = hills.map(
    ({ height, steepness, color }, i) => `<path d="${ridge(height, steepness, i)}" fill="${color}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">`,
    `<linearGradient id="sky" x2="0" y2="1"><stop stop-color="${sky[0]}"/><stop offset="0.7" stop-color="${sky[1]}"/></linearGradient>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>`,
    `<circle cx="${sun.x}" cy="${sun.y}" r="26" fill="${sun.color}"/>`,
    ...ranges,
    '</svg>',
  ].join('');
}

/** The outline of hills: waves that do not fit each other. */
function ridge(height: number, steepness: number, shift: number): string {
  const points: string[] = [];
  for (let x = 0; x <= WIDTH; x += 4) {
    const waves = [1, 2.3, 5.1].map((wave) => Math.sin((x / 90) * wave + shift * 2.4) / wave);
    const y = HEIGHT - height - steepness * waves.reduce((sum, wave) => sum + wave, 0);
    points.push(`L${x} ${y.toFixed(1)}`);
  }
  return `M0 ${HEIGHT}${points.join('')}L${WIDTH} ${HEIGHT}Z`;
}
