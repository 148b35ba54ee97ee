import { format } from 'echarts/core';
import { draw, FONT, type Panel, type Size } from './chart.ts';
import { WIDTH } from './time-axis.ts';

/** Escapes text for HTML and SVG, attributes included. */
export const escape = (text: string): string => format.encodeHTML(text);

export interface Picture extends Size {
  svg: string;
}

const HEADER = 64;

/**
 * Puts panels below one another under a title.
 * @param subtitle says period and zone
 */
export function compose(title: string, subtitle: string, panels: readonly Panel[]): Picture {
  const placed: string[] = [];
  let height = HEADER;
  for (const panel of panels) {
    placed.push(`<g transform="translate(0 ${height})">${inner(draw(panel))}</g>`);
    height += panel.height;
  }
  const text = (size: number, weight: number, at: number, color: string, words: string) =>
    `<text x="16" y="${at}" font-size="${size}" font-weight="${weight}" fill="${color}">${escape(words)}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="${FONT}">
<title>${escape(`${title}, ${subtitle}`)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${text(22, 600, 32, '#111', title)}
${text(14, 400, 54, '#444', subtitle)}
${placed.join('\n')}
</svg>
`;
  return { svg, width: WIDTH, height };
}

/** What is inside an SVG: nested SVGs are clipped, which costs a renderer a mask of the whole picture each. */
const inner = (svg: string) => svg.replace(/^<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
