/** Records of BIFF8, by their names in [MS-XLS] 2.3. */
export const Id = {
  EOF: 0x000a,
  CalcPrecision: 0x000e,
  Protect: 0x0012,
  Password: 0x0013,
  WinProtect: 0x0019,
  Date1904: 0x0022,
  Font: 0x0031,
  Continue: 0x003c,
  Window1: 0x003d,
  Backup: 0x0040,
  CodePage: 0x0042,
  WriteAccess: 0x005c,
  BoundSheet8: 0x0085,
  HideObj: 0x008d,
  Mms: 0x00c1,
  BookBool: 0x00da,
  XF: 0x00e0,
  InterfaceHdr: 0x00e1,
  InterfaceEnd: 0x00e2,
  SST: 0x00fc,
  LabelSst: 0x00fd,
  RRTabId: 0x013d,
  UsesELFs: 0x0160,
  DSF: 0x0161,
  Prot4Rev: 0x01af,
  RefreshAll: 0x01b7,
  Prot4RevPass: 0x01bc,
  Dimensions: 0x0200,
  Number: 0x0203,
  Label: 0x0204,
  BoolErr: 0x0205,
  Window2: 0x023e,
  Style: 0x0293,
  Format: 0x041e,
  BOF: 0x0809,
} as const;

/** Bytes of data that one record may have. */
export const LONGEST_RECORD = 8_224;

/** A record of its parts. */
export function record(id: number, ...parts: readonly Buffer[]): Buffer {
  const data = Buffer.concat(parts);
  return Buffer.concat([u16(id, data.length), data]);
}

/** Numbers of two bytes each. */
export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16LE(value, i * 2));
  return bytes;
}

/** Numbers of four bytes each. */
export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32LE(value, i * 4));
  return bytes;
}

/** Have all characters a code below 256? Then each takes one byte. */
export function isNarrow(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** A text behind its length, which takes two bytes, or one if `short`: XLUnicodeString, ShortXLUnicodeString. */
export function unicodeString(text: string, { short = false } = {}): Buffer {
  const narrow = isNarrow(text);
  return Buffer.concat([
    short ? Buffer.of(text.length) : u16(text.length),
    Buffer.of(narrow ? 0 : 1),
    Buffer.from(text, narrow ? 'latin1' : 'utf16le'),
  ]);
}

export const bof = (kind: 'workbook' | 'sheet'): Buffer =>
  record(Id.BOF, u16(0x0600, kind === 'workbook' ? 0x0005 : 0x0010, 0x0dbb, 0x07cc), u32(0, 6));
