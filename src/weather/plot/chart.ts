import { CustomChart, BarChart, LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  PolarComponent,
  TitleComponent,
} from 'echarts/components';
import { init, use, type ComposeOption } from 'echarts/core';
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type {
  GridComponentOption,
  LegendComponentOption,
  PolarComponentOption,
  TitleComponentOption,
} from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  CustomChart,
  GridComponent,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  PolarComponent,
  SVGRenderer,
  TitleComponent,
]);

export type SeriesOption = BarSeriesOption | CustomSeriesOption | LineSeriesOption;
export type ChartOption = ComposeOption<
  SeriesOption | GridComponentOption | LegendComponentOption | PolarComponentOption | TitleComponentOption
>;

/** The font of pictures: PNGs carry it, browsers take the next one where they have not got it. */
export const FONT = "'Source Sans 3', 'Helvetica Neue', Arial, sans-serif";

/** Pixels of an SVG; a PNG has twice as many. */
export interface Size {
  width: number;
  height: number;
}

/** One panel of a picture. */
export interface Panel extends Size {
  title: string;
  /** Small, in the lower right corner; may have several lines. */
  remark?: string;
  option: ChartOption;
}

/** Draws a panel as SVG, without a browser. */
export function draw({ title, remark, option, width, height }: Panel): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      // Not this machine's zone: axes are marked with the station's time.
      useUTC: true,
      textStyle: { fontFamily: FONT },
      title: [
        { text: title, left: 16, top: 8, textStyle: { fontSize: 15, fontWeight: 600, color: '#222' } },
        {
          text: remark ?? '',
          right: 16,
          bottom: 12,
          textStyle: { fontSize: 12, fontWeight: 400, color: '#444', lineHeight: 16 },
        },
      ],
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
