import { bof, Id, record, u16, u32, unicodeString } from './xls-records.ts';

/** Programs number their own formats below this. */
const FIRST_FORMAT = 164;
/** The default cell's, behind the fifteen of styles that every program expects; those with a format follow it. */
export const DEFAULT_XF = 15;

const flag = (id: number, value = 0) => record(id, u16(value));

/**
 * What comes ahead of the sheets: the workbook's settings, fonts, formats, and where each sheet begins. `formats[i]` is how cells of
 * `DEFAULT_XF + 1 + i` are shown. `texts`: length of the shared texts, which stand between the two parts that are returned.
 * [MS-XLS] 2.1.7.20.1, with no more than programs ask for.
 */
export function globals(
  sheets: readonly { name: string; start: number }[],
  formats: readonly string[],
  texts: number,
): { before: Buffer; after: Buffer } {
  const after = record(Id.EOF);
  const before = (offset: number) =>
    Buffer.concat([
      ...settings(sheets.length),
      ...formatting(formats),
      flag(Id.UsesELFs, 1),
      ...sheets.map(({ name, start }) =>
        record(Id.BoundSheet8, u32(offset + start), Buffer.of(0, 0), unicodeString(name, { short: true })),
      ),
    ]);
  // Where sheets begin depends on the length of the records that say so, which does not depend on what they say.
  return { before: before(before(0).length + texts + after.length), after };
}

function settings(sheets: number): Buffer[] {
  const author = Buffer.alloc(112, ' ');
  unicodeString('Regie').copy(author);
  return [
    bof('workbook'),
    flag(Id.InterfaceHdr, 0x04b0),
    flag(Id.Mms),
    record(Id.InterfaceEnd),
    record(Id.WriteAccess, author),
    flag(Id.CodePage, 0x04b0),
    flag(Id.DSF),
    record(Id.RRTabId, u16(...Array.from({ length: sheets }, (_, i) => i + 1))),
    flag(Id.WinProtect),
    flag(Id.Protect),
    flag(Id.Password),
    flag(Id.Prot4Rev),
    flag(Id.Prot4RevPass),
    // Place and size of the window, scroll bars and tabs shown, the first sheet in front, the tabs' share of the width.
    record(Id.Window1, u16(480, 240, 15_360, 9_120, 0x38, 0, 0, 1, 600)),
    flag(Id.Backup),
    flag(Id.HideObj),
    flag(Id.Date1904),
    flag(Id.CalcPrecision, 1),
    flag(Id.RefreshAll),
    flag(Id.BookBool),
  ];
}

function formatting(formats: readonly string[]): Buffer[] {
  const name = unicodeString('Arial', { short: true });
  // Height in twentieths of a point, no attributes, automatic colour, normal weight.
  const font = record(Id.Font, u16(200, 0, 0x7fff, 400, 0, 0, 0), name);
  return [
    ...Array.from({ length: 4 }, () => font),
    ...formats.map((code, i) => record(Id.Format, u16(FIRST_FORMAT + i), unicodeString(code))),
    xf(0, 0xfff5, 0),
    ...Array.from({ length: DEFAULT_XF - 1 }, () => xf(0, 0xfff5, 0xf4)),
    xf(0, 1, 0),
    ...formats.map((_, i) => xf(FIRST_FORMAT + i, 1, 0x04)),
    // The style "Normal" is built in.
    record(Id.Style, u16(0x8000), Buffer.of(0, 0xff)),
  ];
}

/** `kind`: a style's or a cell's, locked; `own`: the attributes that are its own. Bottom aligned, no borders, no fill. */
function xf(format: number, kind: number, own: number): Buffer {
  return record(Id.XF, u16(0, format, kind), Buffer.of(0x20, 0, 0, own), u32(0, 0), u16(0x20c0));
}
