import { writeFile } from 'node:fs/promises';
import { page } from '../plot/plot-page.ts';
import { plot, type Plotted } from '../plot/plot-station.ts';
import { toPng } from '../../drawing/png.ts';
import { formatOf, writeNewFile } from '../../command/new-file.ts';
import type { Session } from '../../command/session.ts';
import { withTables } from './with-tables.ts';

export interface PlotFlags {
  level?: string;
  from?: string;
  to?: string;
  measure: string[];
  output: string;
  force?: true;
  tmp?: true;
}

const formats = ['svg', 'png', 'html'] as const;

export async function plotFile(
  session: Session,
  station: string,
  { level, from, to, measure, output, force, tmp }: PlotFlags,
): Promise<void> {
  const format = formatOf(output, formats);
  const plotted = await writeNewFile(output, force === true, async (draft) => {
    const made = await withTables(session, tmp === true, (db) =>
      plot(db, station, {
        measures: measure,
        ...(level !== undefined && { level }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      }),
    );
    await writeFile(draft, await encode(made, format));
    return made;
  });
  const { svg: _, ...told } = plotted;
  session.out.answer(
    { file: output, format, ...told },
    () => `${output}: ${plotted.title}, ${plotted.subtitle}.`,
  );
}

async function encode(
  { svg, title }: Plotted,
  format: (typeof formats)[number],
): Promise<string | Uint8Array> {
  if (format === 'png') return toPng(svg);
  return format === 'html' ? page(title, svg) : svg;
}
